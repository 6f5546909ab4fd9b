"""What the penalties on input gradients share."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

import torch

from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from lazyartist.strategies.base import Batch, Plan, Strategy


if TYPE_CHECKING:
    from lazyartist.training.split import TrainingSplit

# Training through a gradient costs five more plain steps, so the penalty is taken at every fourth step, four times as
# strong, which does the same on average: Karras et al. 2020, lazy regularisation, arXiv:1912.04958.
EVERY = 4


@dataclass(frozen=True)
class GradientPenalty(Strategy):
    """Cross-entropy plus weight × a penalty on ∂ CE / ∂ x; a kind of it says which, in `penalty`.

    Attributes:
        weight: of the penalty.
    """

    weight: float = 1.0

    def plan(self, split: TrainingSplit) -> Plan:
        """Count the steps."""
        del split
        steps = count()

        def loss(model: nn.Module, batch: Batch) -> Tensor:
            if next(steps) % EVERY:
                return cross_entropy(model(batch.x), batch.y)
            x = batch.x.detach().requires_grad_()
            losses = cross_entropy(model(x), batch.y, reduction="none")
            (gradient,) = torch.autograd.grad(losses.sum(), x, create_graph=True)
            return losses.mean() + EVERY * self.weight * self.penalty(gradient, batch.x).mean()

        return Plan(loss)

    def penalty(self, gradient: Tensor, x: Tensor) -> Tensor:
        """Return the penalty of each image, (B,), from its input gradient and itself, both (B, 3, H, W)."""
        raise NotImplementedError
