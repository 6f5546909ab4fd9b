"""Balance each class over what a biased network calls it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch

from torch import Tensor

from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Plan, Use
from lazyartist.strategies.erm import Erm
from lazyartist.strategies.losses import independence_weights


if TYPE_CHECKING:
    from lazyartist.training.split import TrainingSplit


@STRATEGIES.register("fg_ccdb", source="Zhao and Zhang 2026, FG-CCDB, arXiv:2505.06831")
@dataclass(frozen=True)
class FgCcdb(Erm):
    """Draw images so that their class and what a biased network calls them are independent.

    The biased network is trained on a small random part; then, stage by stage, a fresh one on those images of each
    answer that the last one was surest of, which makes it more biased. Its answers stand for the colours that nobody
    labelled: an image of class y that is called s has the weight P(y) P(s) / P(y, s).

    Measured, percent. MNIST (simple_cnn, 2 epochs, n = 5): easy 96.7 ± 0.2, hard 95.1 ± 0.7 (rotated) and 95.2 ± 0.4
    (other); matched ERM 45.4 ± 3.5 and 49.3 ± 0.3. Fashion-MNIST (simple_cnn, 2 epochs, n = 5): easy 87.2 ± 1.9, hard
    79.6 ± 2.8 (rotated) and 80.1 ± 0.9 (other); matched ERM 63.8 ± 3.6 and 40.8 ± 3.6.

    Attributes:
        part: share of the images that the first network is trained on.
        keep: share of each answer's images that the next one is trained on.
        stages: how many networks.
        epochs: of each of them.
    """

    uses: ClassVar[frozenset[Use]] = frozenset({"resampling"})
    part: float = 0.1
    keep: float = 0.5
    stages: int = 3
    epochs: float = 0.1

    def plan(self, split: TrainingSplit) -> Plan:
        """Train the biased networks and weigh by the last one's answers."""
        chosen = (torch.rand(len(split.labels), generator=split.generator) < self.part).float()
        for _ in range(self.stages):
            logits, _ = split.answers(split.fit(Selected(chosen), self.epochs))
            chosen = surest(logits, self.keep)
        return Plan(self.loss, independence_weights(split.labels, logits.argmax(1), split.classes))


@dataclass(frozen=True, eq=False)
class Selected(Erm):
    """Plain training on images drawn by weight, (N,)."""

    uses: ClassVar[frozenset[Use]] = frozenset({"resampling"})
    weights: Tensor

    def plan(self, split: TrainingSplit) -> Plan:
        """Draw by the weights."""
        del split
        return Plan(self.loss, self.weights)


def surest(logits: Tensor, share: float) -> Tensor:
    """Return 1 for the given share of each answer's images that the network is surest of, 0 for the rest: (N,)."""
    sure, answer = logits.softmax(1).max(1)
    chosen = torch.zeros(len(logits))
    for label in range(logits.shape[1]):
        members = (answer == label).nonzero()[:, 0]
        chosen[members[sure[members].argsort(descending=True)[: round(share * len(members))]]] = 1
    return chosen
