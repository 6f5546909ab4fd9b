"""SelecMix: mixup of pairs of images that contradict the bias."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch

from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize

from lazyartist.knobs import knob
from lazyartist.networks.head import with_features
from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Batch, Plan, Strategy, TrainingSplit, Use
from lazyartist.strategies.losses import generalised_cross_entropy


@STRATEGIES.register("selecmix", source="Hwang et al. 2022, SelecMix, arXiv:2211.02291")
@dataclass(frozen=True)
class Selecmix(Strategy):
    """Mixup of contradicting pairs: same class but unlike for a biased model, or another class and alike for it.

    Each image of a batch is mixed with one other, of either kind by the toss of a coin, by a share drawn from [0, 1].

    MNIST, simple_cnn, 2 epochs, n = 5: hard 49.7 ± 5.6 (rotated), 55.6 ± 4.7 (other); see results/cures.md.
    It does not help at this budget: pairs contradict the bias only once the biased model has learnt it, and few pairs
    in a batch of 64 do.

    Attributes:
        q: of the biased model's generalised cross-entropy.
    """

    uses: ClassVar[frozenset[Use]] = frozenset({"augmentation"})
    q: float = knob(0.7, above=0, high=1)

    def plan(self, split: TrainingSplit) -> Plan:
        """Train the biased model along."""
        biased_model = split.network()

        def loss(model: nn.Module, batch: Batch) -> Tensor:
            biased, features = with_features(biased_model, batch.x)
            other = contradicting(normalize(features.detach()), batch.y, batch.generator)
            share = torch.rand(len(other), generator=batch.generator)
            z = model(share.view(-1, 1, 1, 1) * batch.x + (1 - share).view(-1, 1, 1, 1) * batch.x[other])
            first, second = (cross_entropy(z, y, reduction="none") for y in (batch.y, batch.y[other]))
            mixed = (share * first + (1 - share) * second).mean()
            return mixed + generalised_cross_entropy(biased, batch.y, self.q).mean()

        return Plan(loss, modules=(biased_model,))


def contradicting(features: Tensor, y: Tensor, generator: torch.Generator) -> Tensor:
    """Return for each image of a batch the index of one that contradicts the bias together with it, (B,).

    Args:
        features: (B, D) of unit length.
        y: (B,) classes.
        generator: tosses the coin between the two kinds.
    """
    alike = features @ features.T
    same = y[:, None] == y
    unlike_of_class = alike.masked_fill(~same, torch.inf).argmin(1)
    like_of_another = alike.masked_fill(same, -torch.inf).argmax(1)
    return torch.where(torch.rand(len(y), generator=generator) < 0.5, unlike_of_class, like_of_another)
