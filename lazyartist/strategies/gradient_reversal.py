"""Gradient reversal (DANN): features from which an adversary cannot tell the bias attribute."""

from __future__ import annotations

import math

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from lazyartist.knobs import knob
from lazyartist.networks.head import with_features
from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Batch, Plan, Strategy, TrainingSplit, Use


@STRATEGIES.register("gradient_reversal", source="Ganin and Lempitsky 2015, arXiv:1409.7495")
@dataclass(frozen=True)
class GradientReversal(Strategy):
    """An adversary head learns to tell the bias attribute from the features; the network learns to spoil that.

    The gradient of the adversary's loss is turned round where it enters the network, by −λ, which rises from 0 as
    in the paper: λ = weight × (2 / (1 + exp(−10 progress)) − 1).

    MNIST, simple_cnn, 2 epochs, n = 5: hard 50.0 ± 3.4 (rotated), 53.4 ± 0.5 (other); see results/cures.md.
    It helps little, and at a weight of 1 it destroys the prediction (results/tuning.md): in nineteen images of twenty
    colour and class are the same, so features from which the one cannot be told do not tell the other.

    Attributes:
        weight: of λ at the end. Too large, and the features are spoilt for the label too.
    """

    uses: ClassVar[frozenset[Use]] = frozenset({"bias_labels"})
    weight: float = knob(0.1, low=0)

    def plan(self, split: TrainingSplit) -> Plan:
        """Train the adversary along with the network."""
        width = split.feature_width
        adversary = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, self.targets(split)))

        def loss(model: nn.Module, batch: Batch) -> Tensor:
            x, target = self.seen(batch)
            logits, features = with_features(model, x)
            told = adversary(reverse(features, self.weight * ramp(batch.progress)))
            return cross_entropy(logits, batch.y) + cross_entropy(told, target)

        return Plan(loss, modules=(adversary,))

    def targets(self, split: TrainingSplit) -> int:
        """Return how many values the adversary tells apart."""
        return split.attributes

    def seen(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return the images that the network sees, and the values (B,) that the adversary is to tell."""
        assert batch.attribute is not None
        return batch.x, batch.attribute


def reverse(x: Tensor, scale: float) -> Tensor:
    """Return x, through which gradients come back times −scale."""
    return (1 + scale) * x.detach() - scale * x


def ramp(progress: float) -> float:
    """Rise from 0 to 1, steeply at first, as training goes from 0 to 1."""
    return 2 / (1 + math.exp(-10 * progress)) - 1
