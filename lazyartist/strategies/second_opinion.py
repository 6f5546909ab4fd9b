"""A lazy witness names the conflicting images; the network is asked for a second opinion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch

from torch import Tensor, nn
from torch.nn.functional import log_softmax, nll_loss

from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Batch, Plan, Strategy, Use
from lazyartist.strategies.erm import Erm
from lazyartist.strategies.parts import divergence, independence_weights
from lazyartist.strategies.views import jitter


if TYPE_CHECKING:
    from lazyartist.training.split import TrainingSplit


@STRATEGIES.register("second_opinion", source="this project")
@dataclass(frozen=True)
class SecondOpinion(Strategy):
    """Balance by a lazy witness's answers, and agree on two slightly moved views; no colour is known or changed.

    Attributes:
        first: epochs of the witness's training.
        power: how much of the imbalance is evened out by drawing; the rest by log p(y | witness) beside the logits.
        weight: of the divergence between the answers to the two views.
    """

    uses: ClassVar[frozenset[Use]] = frozenset({"resampling", "augmentation"})
    first: float = 0.1
    power: float = 0.7
    correct: float = 1.0
    weight: float = 1.0

    def plan(self, split: TrainingSplit) -> Plan:
        """Ask the witness, and weigh by what it says."""
        logits, _ = split.answers(split.fit(Erm(), self.first))
        said = logits.argmax(1)
        weights = independence_weights(split.labels, said, split.classes) ** self.power
        n = torch.zeros(split.classes, split.classes).index_put((split.labels, said), weights, accumulate=True) + 1
        prior = (n / n.sum(0)).log().T * self.correct

        def loss(model: nn.Module, batch: Batch) -> Tensor:
            p = prior[said[batch.index]]
            if self.weight == 0:
                return nll_loss(log_softmax(model(jitter(batch.x, batch.generator)) + p, dim=1), batch.y)
            views = torch.cat([jitter(batch.x, batch.generator), jitter(batch.x, batch.generator)])
            z, w = model(views).chunk(2)
            fit = nll_loss(log_softmax(z + p, dim=1), batch.y) + nll_loss(log_softmax(w + p, dim=1), batch.y)
            return fit / 2 + self.weight * divergence(log_softmax(z, dim=1), log_softmax(w, dim=1))

        return Plan(loss, weights)
