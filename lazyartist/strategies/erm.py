"""Empirical risk minimisation: plain training."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Batch, Strategy


@STRATEGIES.register("erm", source="Vapnik 1991, empirical risk minimisation")
@dataclass(frozen=True)
class Erm(Strategy):
    """Plain training: the mean cross-entropy. With a cure's budget, it is that cure's matched baseline."""

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        """Return the mean cross-entropy."""
        return cross_entropy(model(batch.x), batch.y)
