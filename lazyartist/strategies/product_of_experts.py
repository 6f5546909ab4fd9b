"""Learn what a weak learner does not know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import Tensor, nn
from torch.nn.functional import cross_entropy, log_softmax

from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Batch, Plan, Strategy
from lazyartist.strategies.erm import Erm


if TYPE_CHECKING:
    from lazyartist.training.split import TrainingSplit


@STRATEGIES.register("product_of_experts", source="Sanh et al. 2021, learning from others' mistakes, arXiv:2012.01300")
@dataclass(frozen=True)
class ProductOfExperts(Strategy):
    """Train in the product with a frozen weak learner: cross-entropy of z + log p_weak; z alone is the answer.

    Attributes:
        first: epochs of the weak learner's training; so few that it knows the colour and little else.
    """

    first: float = 0.1

    def plan(self, split: TrainingSplit) -> Plan:
        """Train the weak learner and keep its answers."""
        logits, _ = split.answers(split.fit(Erm(), self.first))
        weak = log_softmax(logits, dim=1)

        def loss(model: nn.Module, batch: Batch) -> Tensor:
            return cross_entropy(model(batch.x) + weak[batch.index], batch.y)

        return Plan(loss)
