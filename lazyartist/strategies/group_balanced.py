"""Every class in every colour equally often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Plan, Use
from lazyartist.strategies.erm import Erm
from lazyartist.strategies.parts import independence_weights


if TYPE_CHECKING:
    from lazyartist.training.split import TrainingSplit


@STRATEGIES.register("group_balanced", source="Idrissi et al. 2022, simple data balancing, arXiv:2110.14503")
@dataclass(frozen=True)
class GroupBalanced(Erm):
    """Plain training on images drawn so that class and colour are independent."""

    uses: ClassVar[frozenset[Use]] = frozenset({"colour_labels", "resampling"})

    def plan(self, split: TrainingSplit) -> Plan:
        """Weigh by the true colours."""
        assert split.colours is not None
        return Plan(self.loss, independence_weights(split.labels, split.colours, split.classes))
