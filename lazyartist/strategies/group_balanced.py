"""Group-balanced sampling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Plan, TrainingSplit, Use
from lazyartist.strategies.erm import Erm
from lazyartist.strategies.groups import reweighing


@STRATEGIES.register("group_balanced", source="Idrissi et al. 2022, simple data balancing, arXiv:2110.14503")
@dataclass(frozen=True)
class GroupBalanced(Erm):
    """Plain training on images drawn so that class and bias attribute are independent.

    MNIST, simple_cnn, 2 epochs, n = 5: hard 95.1 ± 0.5 (rotated), 95.2 ± 0.3 (other); see results/cures.md.
    """

    uses: ClassVar[frozenset[Use]] = frozenset({"bias_labels", "resampling"})

    def plan(self, split: TrainingSplit) -> Plan:
        """Weigh by the true attribute."""
        return Plan(self.loss, reweighing(split.labels, split.attribute, split.classes, split.attributes))
