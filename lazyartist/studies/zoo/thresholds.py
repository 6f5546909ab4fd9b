"""What this project asks on the zoo's lies, with the margins that two seeds need: lazy models, and the cure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from lazyartist.criteria import LAZY_EASY, Criterion
from lazyartist.reporting.judged import judged
from lazyartist.reporting.table import by, values
from lazyartist.studies import CRITERIA
from lazyartist.studies.lazy import LAZY as LAZY_STRATEGY
from lazyartist.studies.lie_names import lie_of
from lazyartist.studies.settings import model_words
from lazyartist.studies.zoo.metrics import AGREEMENT, only


if TYPE_CHECKING:
    from lazyartist.reporting.judged import Judged
    from lazyartist.reporting.row import Row

Direction = Literal["above", "at least", "below", "at most"]
HARD = ("hard_rotated_accuracy", "hard_other_accuracy")


def _hard(direction: Direction, threshold: float, what: str) -> tuple[Criterion, ...]:
    return tuple(Criterion(metric, direction, threshold, f"this project, the zoo: {what}") for metric in HARD)


SAME_MISTAKES = Criterion(AGREEMENT, "at least", 0.7, "this project, the zoo: two lazy models err alike")
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


CURE = "cross_examination"  # which is told nothing


@CRITERIA.register("zoo")
def zoo_criteria(rows: Sequence[Row]) -> list[Judged]:
    """A lazy model reads the lie, plain training falls for two, and the cure that is told nothing does not."""
    found = []
    for own in by(rows, "strategy", "dataset", "network", "bias").values():
        strategy, lie = own[0].at["strategy"], lie_of(own[0].at)
        asked = {LAZY_STRATEGY: LAZY.get(lie, ()), CURE: CURED.get(lie, ())}.get(str(strategy), ())
        if strategy == "erm" and lie == "colour and mark":
            asked = ERM_FALLS
        found += judged(asked, f"{lie}, {model_words(own[0].at)}", values(own), "every seed")
    return found
