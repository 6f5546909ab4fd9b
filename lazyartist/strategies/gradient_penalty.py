"""Cross-entropy plus a penalty on the input gradient: what several strategies share."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from lazyartist.knobs import knob
from lazyartist.strategies.base import Batch, Strategy


@dataclass(frozen=True)
class GradientPenalty(Strategy):
    """Cross-entropy plus weight × a penalty on ∂ CE / ∂ x; a kind of it says which, in `penalty`.

    The penalty is measured on the first images of each batch. Batches are shuffled, so that estimates its mean over all
    of them without bias, at a fraction of what training through a gradient costs: six plain steps, were it the batch.

    Attributes:
        weight: of the penalty.
        images: of each batch, that the penalty is measured on.
    """

    weight: float = knob(1.0, low=0)
    images: int = knob(16, low=1, high=10_000, whole=True)

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        """Return CE + weight × the mean penalty."""
        x, y = batch.x[: self.images].detach().requires_grad_(), batch.y[: self.images]
        (gradient,) = torch.autograd.grad(cross_entropy(model(x), y, reduction="sum"), x, create_graph=True)
        penalty = self.penalty(gradient, x.detach()).mean()
        return cross_entropy(model(batch.x), batch.y) + self.weight * penalty

    def penalty(self, gradient: Tensor, x: Tensor) -> Tensor:
        """Return the penalty of each image, (B,), from its input gradient and itself, both (B, 3, H, W)."""
        raise NotImplementedError
