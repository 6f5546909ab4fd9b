"""A loss that hardly moves when the image does."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.gradient_penalty import GradientPenalty


@STRATEGIES.register("input_gradient", source="Drucker and LeCun 1992, double backpropagation")
@dataclass(frozen=True)
class InputGradient(GradientPenalty):
    """Cross-entropy plus λ ‖∇ₓ CE‖²: what a faint change of the pixels would change is penalised.

    Attributes:
        weight: λ.
    """

    weight: float = 0.003

    def penalty(self, gradient: Tensor, x: Tensor) -> Tensor:
        """Return the squared norm of the input gradient."""
        del x
        return gradient.square().sum((1, 2, 3))
