"""A loss that hardly moves when the image does."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Batch, Strategy
from lazyartist.strategies.parts import PENALISED, input_gradient


@STRATEGIES.register("input_gradient", source="Drucker and LeCun 1992, double backpropagation")
@dataclass(frozen=True)
class InputGradient(Strategy):
    """Cross-entropy plus λ ‖∇ₓ CE‖²: what a faint change of the pixels would change is penalised.

    Attributes:
        weight: λ.
    """

    weight: float = 0.003

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        """Return CE + λ × mean of the squared norm of the input gradient over every fourth image."""
        gradient = input_gradient(model, batch.x[PENALISED], batch.y[PENALISED])
        return cross_entropy(model(batch.x), batch.y) + self.weight * gradient.square().sum((1, 2, 3)).mean()
