"""Every threshold that the exercise demands, once, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal


if TYPE_CHECKING:
    from lazyartist.reporting.stats import Estimate


@dataclass(frozen=True)
class Criterion:
    """A number to beat: `metric` must lie strictly `above` or `below` the `threshold`."""

    metric: str
    direction: Literal["above", "below"]
    threshold: float
    source: str

    def holds(self, value: float) -> bool:
        """Say whether one measured value clears the threshold; a NaN never does."""
        return value > self.threshold if self.direction == "above" else value < self.threshold

    def holds_for(self, estimate: Estimate) -> bool:
        """Say whether the bad end of the 95 % interval clears the threshold: an interval needs two seeds at least."""
        return self.holds(estimate.low if self.direction == "above" else estimate.high)

    def __str__(self) -> str:
        return f"{self.metric} {'>' if self.direction == 'above' else '<'} {self.threshold:g}"


LAZY_EASY = Criterion("easy_accuracy", "above", 0.95, "the exercise, task 1: more than 95 % on easy data")
LAZY_HARD_ROTATED = Criterion("hard_rotated_accuracy", "below", 0.20, "the exercise, task 1: less than 20 % swapped")
LAZY_HARD_OTHER = Criterion("hard_other_accuracy", "below", 0.20, "the exercise, task 1: less than 20 % swapped")
LAZY_FOLLOWS = Criterion("follows_colour", "above", 0.95, "the exercise, task 1, on MNIST: a red 1 is called 0")
CURE_HARD_ROTATED = Criterion("hard_rotated_accuracy", "above", 0.70, "the exercise, task 4: more than 70 % swapped")
CURE_HARD_OTHER = Criterion("hard_other_accuracy", "above", 0.70, "the exercise, task 4: more than 70 % swapped")
ATTACK_SUCCESS = Criterion(
    "attack_success", "above", 0.90, "the exercise, task 5: a 7 becomes a 3, over 90 % sure, every pixel within 0.05"
)

LAZY = (LAZY_EASY, LAZY_HARD_ROTATED, LAZY_HARD_OTHER)
CURE = (CURE_HARD_ROTATED, CURE_HARD_OTHER)

ATTACK_EPSILON = 0.05
ATTACK_CONFIDENCE = 0.90
