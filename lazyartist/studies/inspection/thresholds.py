"""What this project demands of the models that it inspects, beyond the exercise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lazyartist.criteria import LAZY_FOLLOWS, Criterion
from lazyartist.reporting.judged import judged
from lazyartist.reporting.table import by, values
from lazyartist.studies import CRITERIA
from lazyartist.studies.inspection.metrics import FULLY_BIASED, model_name
from lazyartist.studies.lazy import CONTROL, LAZY
from lazyartist.studies.settings import setting_words


if TYPE_CHECKING:
    from lazyartist.reporting.judged import Judged
    from lazyartist.reporting.row import Row

OWN_HUES = Criterion("own_hues", "at least", 0.9, "this project, on MNIST: lazy logits like blobs of their colour")
CURE_KEEPS_CLASS = Criterion(
    "keeps_class", "at least", 0.97, "this project, on MNIST: for the best cure a red 1 is a 1"
)


CURE = "recoloured_reversal"  # the best one


@CRITERIA.register("probes")
def probes_criteria(rows: Sequence[Row]) -> list[Judged]:
    """On MNIST a lazy model follows the colour and its logits are blobs of it; a cure keeps the class."""
    found = []
    whole = [row for row in rows if row.at.get("dataset") == "mnist" and row.at.items() == row.origin.at.items()]
    for own in by(whole, "network", "strategy", "correlation").values():
        name, v = model_name(own[0].at), values(own)
        where = f"{name}: {setting_words(own[0].at)}"
        if name == LAZY:
            found += judged([LAZY_FOLLOWS], where, v, "every seed")
        if name == CURE:
            found += judged([CURE_KEEPS_CLASS], where, v, "the mean")
        if name in (LAZY, FULLY_BIASED, CONTROL, CURE):
            found += judged([OWN_HUES], where, v, "every seed" if name in (LAZY, FULLY_BIASED) else "no seed")
    return found
