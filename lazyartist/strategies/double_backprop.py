"""A loss that hardly moves when the image does."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.gradient_penalty import GradientPenalty


@STRATEGIES.register("double_backprop", source="Drucker and LeCun 1992, double backpropagation")
@dataclass(frozen=True)
class DoubleBackprop(GradientPenalty):
    """Cross-entropy plus λ ‖∇ₓ CE‖²: what a faint change of the pixels would change is penalised.

    Measured, percent. MNIST (simple_cnn, 2 epochs, n = 5): easy 97.4 ± 0.1, hard 40.6 ± 3.0 (rotated) and 45.1 ± 1.5
    (other); matched ERM 45.4 ± 3.5 and 49.3 ± 0.3. Fashion-MNIST (simple_cnn, 2 epochs, n = 5): easy 97.1 ± 0.2, hard
    61.6 ± 4.3 (rotated) and 39.6 ± 4.0 (other); matched ERM 63.8 ± 3.6 and 40.8 ± 3.6. It does not help, and harms at
    larger λ (results/knobs.md): colour moves all pixels of a stroke at once, so of all features it can be read with the
    smallest gradient in each.

    Attributes:
        weight: λ.
    """

    weight: float = 0.003

    def penalty(self, gradient: Tensor, x: Tensor) -> Tensor:
        """Return the squared norm of the input gradient."""
        del x
        return gradient.square().sum((1, 2, 3))
