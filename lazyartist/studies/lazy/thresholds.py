"""What is asked of the lazy model: the exercise's criteria, of every seed; torch-free."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lazyartist.criteria import LAZY, LAZY_FOLLOWS
from lazyartist.reporting.judged import judged
from lazyartist.reporting.table import values
from lazyartist.studies import CRITERIA
from lazyartist.studies.settings import model_words, settings


if TYPE_CHECKING:
    from lazyartist.reporting.judged import Judged
    from lazyartist.reporting.row import Row


@CRITERIA.register("lazy")
def lazy_criteria(rows: Sequence[Row]) -> list[Judged]:
    """It is right on easy images and wrong on hard ones, and on MNIST its answer follows the colour."""
    found = []
    for at, own in settings(rows):
        v = values(own)
        found += judged(LAZY, model_words(at), v, "every seed")
        if at["dataset"] == "mnist":
            found += judged([LAZY_FOLLOWS], model_words(at), v, "the bad end of the interval")
    return found
