"""Double backpropagation: a penalty on the input gradient's squared norm."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from lazyartist.knobs import knob
from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.gradient_penalty import GradientPenalty


@STRATEGIES.register("double_backprop", source="Drucker and LeCun 1992, double backpropagation")
@dataclass(frozen=True)
class DoubleBackprop(GradientPenalty):
    """Cross-entropy plus λ ‖∇ₓ CE‖²: what a faint change of the pixels would change is penalised.

    MNIST, simple_cnn, 2 epochs, n = 5: hard 40.6 ± 3.0 (rotated), 45.1 ± 1.5 (other); see results/cures.md.
    It does not help, and harms at larger λ (results/tuning.md): colour moves all pixels of a stroke at once, so of all
    features it can be read with the smallest gradient in each.

    Attributes:
        weight: λ.
    """

    weight: float = knob(0.003, low=0)

    def penalty(self, gradient: Tensor, x: Tensor) -> Tensor:
        """Return the squared norm of the input gradient."""
        del x
        return gradient.square().sum((1, 2, 3))
