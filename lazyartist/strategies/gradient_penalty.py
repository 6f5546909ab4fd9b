"""What the penalties on input gradients share."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from lazyartist.strategies.base import Batch, Strategy


@dataclass(frozen=True)
class GradientPenalty(Strategy):
    """Cross-entropy plus weight × a penalty on ∂ CE / ∂ x; a kind of it says which, in `penalty`.

    Attributes:
        weight: of the penalty.
    """

    weight: float = 1.0

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        """Return CE + weight × the mean penalty; training through a gradient costs several plain steps."""
        x = batch.x.detach().requires_grad_()
        losses = cross_entropy(model(x), batch.y, reduction="none")
        (gradient,) = torch.autograd.grad(losses.sum(), x, create_graph=True)
        return losses.mean() + self.weight * self.penalty(gradient, batch.x).mean()

    def penalty(self, gradient: Tensor, x: Tensor) -> Tensor:
        """Return the penalty of each image, (B,), from its input gradient and itself, both (B, 3, H, W)."""
        raise NotImplementedError
