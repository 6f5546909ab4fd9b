"""What this project asks on the zoo's lies, with the margins that two seeds need: lazy models, and the cure."""

from __future__ import annotations

from typing import Literal

from lazyartist.criteria import LAZY_EASY, Criterion
from lazyartist.studies.zoo.metrics import AGREEMENT, READS_A_LIE, only


Direction = Literal["above", "at least", "below", "at most"]
HARD = ("hard_rotated_accuracy", "hard_other_accuracy")


def _hard(direction: Direction, threshold: float, what: str) -> tuple[Criterion, ...]:
    return tuple(Criterion(metric, direction, threshold, f"this project, the zoo: {what}") for metric in HARD)


SAME_MISTAKES = Criterion(AGREEMENT, "at least", READS_A_LIE, "this project, the zoo: two lazy models err alike")
# of a lie: what a lazy model must show, and what the cure that is told nothing must
LAZY = {
    "corner glyphs": (LAZY_EASY, SAME_MISTAKES, *_hard("below", 0.05, "a lazy model reads glyphs")),
    "wave": (LAZY_EASY, SAME_MISTAKES, *_hard("below", 0.10, "a lazy model reads waves")),
    "colour and mark": (
        LAZY_EASY,
        SAME_MISTAKES,
        *_hard("below", 0.20, "a lazy model reads one of two lies"),
        Criterion(only("place"), "above", 0.90, "this project, the zoo: of two lies a lazy model reads the colour"),
    ),
}
CURED = {
    "corner glyphs": _hard("above", 0.94, "a cure that is told nothing"),
    "wave": _hard("above", 0.93, "a cure that is told nothing"),
    "colour and mark": (
        *_hard("above", 0.90, "two lies, and a cure that is told nothing"),
        *(
            Criterion(only(name), "above", 0.88, "this project, the zoo: a cure of one lie does not feed the other")
            for name in ("colour", "place")
        ),
    ),
}
ERM_FALLS = _hard("below", 0.30, "two lies, and plain training")
