"""A penalty on the input gradient along the directions of colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor
from torch.nn.functional import normalize

from lazyartist.knobs import knob
from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Use
from lazyartist.strategies.gradient_penalty import GradientPenalty


@STRATEGIES.register("colour_penalty", source="Simard et al. 1992, tangent propagation, along the directions of colour")
@dataclass(frozen=True)
class ColourPenalty(GradientPenalty):
    """Penalise the gradient along the directions of colour, and leave it alone along those of shape.

    Painting an image another colour moves all its pixels at once: channel c of each by its brightness s times the
    change of the paint. So the loss changes with the paint by g_c = Σ s ∂CE/∂x_c, three numbers per image. What points
    along the paint itself makes it brighter, not another colour; the rest is penalised: ‖g without its part along the
    paint‖².

    MNIST, simple_cnn, 2 epochs, n = 5: hard 52.4 ± 7.4 (rotated), 51.2 ± 6.2 (other); see results/cures.md.
    It changes little: the prediction minds faint changes of the paint less, and another paint is no faint change.

    Attributes:
        weight: of the squared norm.
        images: of each batch, that it is measured on: on fewer it is too rough, and helps less (results/tuning.md).
    """

    uses: ClassVar[frozenset[Use]] = frozenset({"colour_prior"})
    weight: float = knob(1.0, low=0)
    images: int = knob(64, low=1, high=10_000, whole=True)

    def penalty(self, gradient: Tensor, x: Tensor) -> Tensor:
        """Return ‖g without its part along the paint‖²."""
        g = (gradient * x.amax(1, keepdim=True)).sum((2, 3))  # (B, 3)
        paint = normalize(x.sum((2, 3)))
        across: Tensor = g - (g * paint).sum(1, keepdim=True) * paint
        return across.square().sum(1)
