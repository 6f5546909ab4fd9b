"""Root-balanced training: half of the balance by sampling, the rest by a correction of the logits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch

from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from lazyartist.knobs import knob
from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Batch, Plan, Strategy, TrainingSplit, Use
from lazyartist.strategies.groups import reweighing


@STRATEGIES.register(
    "root_balanced", source="this project, after Kang et al. 2020, square-root sampling, arXiv:1910.09217"
)
@dataclass(frozen=True)
class RootBalanced(Strategy):
    """Draw images by a root of the weights that balance groups; add what the attribute still tells to the logits.

    Full weights rest on a handful of images where groups are small, and these are learnt by heart; a correction alone
    leaves an image whose attribute tells its class nothing to teach. Half of either avoids both.

    MNIST, simple_cnn, 2 epochs, n = 5: hard 95.7 ± 0.4 (rotated), 95.9 ± 0.3 (other); see results/cures.md.

    Attributes:
        power: of the weights; at 1 images are drawn as by `group_balanced`, and only how frequent the classes are is
            left to the logits; at 0 all are drawn alike, with replacement, and the loss is `bias_balanced_loss`.
    """

    uses: ClassVar[frozenset[Use]] = frozenset({"bias_labels", "resampling"})
    power: float = knob(0.5, low=0, high=1)

    def plan(self, split: TrainingSplit) -> Plan:
        """Weigh by the true attribute, and count p(y | attribute) as it is then, one image more in every group."""
        y, attribute = split.labels, split.attribute
        weights = reweighing(y, attribute, split.classes, split.attributes).double() ** self.power
        seen = torch.ones(split.attributes, split.classes, dtype=torch.float64)
        seen.index_put_((attribute, y), weights / weights.mean(), accumulate=True)
        prior = (seen / seen.sum(1, keepdim=True)).log().float()

        def loss(model: nn.Module, batch: Batch) -> Tensor:
            assert batch.attribute is not None
            return cross_entropy(model(batch.x) + prior[batch.attribute], batch.y)

        return Plan(loss, weights.float())
