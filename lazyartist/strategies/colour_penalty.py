"""Do not mind the paint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize

from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Batch, Strategy, Use
from lazyartist.strategies.parts import PENALISED, input_gradient


@STRATEGIES.register("colour_penalty", source="Simard et al. 1992, tangent propagation, along the directions of colour")
@dataclass(frozen=True)
class ColourPenalty(Strategy):
    """Penalise the gradient along the directions of colour, and leave it alone along those of shape.

    Painting an image another colour moves all its pixels at once: channel c of each by its brightness s times the
    change of the paint. So the loss changes with the paint by g_c = Σ s ∂CE/∂x_c, three numbers an image. What points
    along the paint itself makes it brighter, not another colour; the rest is penalised.

    Attributes:
        weight: of the squared norm.
    """

    uses: ClassVar[frozenset[Use]] = frozenset({"colour_prior"})
    weight: float = 1.0

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        """Return CE + weight × mean of ‖g without its part along the paint‖² over every fourth image."""
        x = batch.x[PENALISED]
        g = (input_gradient(model, x, batch.y[PENALISED]) * x.amax(1, keepdim=True)).sum((2, 3))  # (B / 4, 3)
        paint = normalize(x.sum((2, 3)))
        across = g - (g * paint).sum(1, keepdim=True) * paint
        return cross_entropy(model(batch.x), batch.y) + self.weight * across.square().sum(1).mean()
