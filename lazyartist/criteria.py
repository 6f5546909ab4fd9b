"""Every threshold that the exercise demands, once, as data."""

from __future__ import annotations

import operator

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal


if TYPE_CHECKING:
    from lazyartist.reporting.stats import Estimate


@dataclass(frozen=True)
class Criterion:
    """A number to beat: `metric` must lie `above` or `below` the `threshold`, or be `at least` or `at most` that."""

    metric: str
    direction: Literal["above", "at least", "below", "at most"]
    threshold: float
    source: str

    def holds(self, value: float) -> bool:
        """Say whether one measured value clears the threshold; a NaN never does."""
        compare = {"above": operator.gt, "at least": operator.ge, "below": operator.lt, "at most": operator.le}[
            self.direction
        ]
        return bool(compare(value, self.threshold))

    def holds_for(self, estimate: Estimate) -> bool:
        """Say whether the bad end of the 95 % interval clears the threshold: an interval needs two seeds at least."""
        return self.holds(estimate.high if self.direction in ("below", "at most") else estimate.low)

    def __str__(self) -> str:
        return f"{self.metric} {self.direction} {self.threshold:g}"


LAZY_EASY = Criterion("easy_accuracy", "above", 0.95, "the exercise, task 1: more than 95 % on easy data")
LAZY_HARD_ROTATED = Criterion("hard_rotated_accuracy", "below", 0.20, "the exercise, task 1: less than 20 % swapped")
LAZY_HARD_OTHER = Criterion("hard_other_accuracy", "below", 0.20, "the exercise, task 1: less than 20 % swapped")
LAZY_FOLLOWS = Criterion("follows_bias", "at least", 0.95, "the exercise, task 1, on MNIST: a red 1 is called 0")
CURE_HARD_ROTATED = Criterion("hard_rotated_accuracy", "above", 0.70, "the exercise, task 4: more than 70 % swapped")
CURE_HARD_OTHER = Criterion("hard_other_accuracy", "above", 0.70, "the exercise, task 4: more than 70 % swapped")
ATTACK_SUCCESS = Criterion(
    "attack_success", "at least", 0.90, "the exercise, task 5: a 7 becomes a 3, over 90 % sure, every pixel within 0.05"
)

LAZY = (LAZY_EASY, LAZY_HARD_ROTATED, LAZY_HARD_OTHER)
CURE = (CURE_HARD_ROTATED, CURE_HARD_OTHER)

ATTACK_EPSILON = 0.05
ATTACK_CONFIDENCE = 0.90
