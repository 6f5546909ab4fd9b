"""Just train twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Plan, Use
from lazyartist.strategies.erm import Erm


if TYPE_CHECKING:
    from lazyartist.training.split import TrainingSplit


@STRATEGIES.register("jtt", source="Liu et al. 2021, just train twice, arXiv:2107.09044")
@dataclass(frozen=True)
class Jtt(Erm):
    """Train briefly, then train again with the images that were wrong drawn more often.

    Attributes:
        first: epochs of the first training; so few that it is lazy, and wrong where the colour lies.
        times: how much more often.
    """

    uses: ClassVar[frozenset[Use]] = frozenset({"resampling"})
    first: float = 0.1
    times: float = 20.0

    def plan(self, split: TrainingSplit) -> Plan:
        """Weigh by the first network's errors."""
        logits, _ = split.answers(split.fit(Erm(), self.first))
        wrong = (logits.argmax(1) != split.labels).float()
        return Plan(self.loss, 1 + (self.times - 1) * wrong)
