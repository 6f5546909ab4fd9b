"""How far the best known remedy of each case is to go, with the margins that two seeds need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lazyartist.criteria import Criterion
from lazyartist.reporting.judged import judged
from lazyartist.reporting.stats import estimate
from lazyartist.reporting.table import by, values
from lazyartist.studies import CRITERIA
from lazyartist.studies.clinic.metrics import NORM_SCORE


if TYPE_CHECKING:
    from lazyartist.reporting.judged import Judged
    from lazyartist.reporting.row import Row


def _at_least(threshold: float, what: str) -> Criterion:
    return Criterion(NORM_SCORE, "at least", threshold, f"this project, the clinic: {what}")


# of the mean over seeds, and of every seed
LEAST = {
    "tricky_table": (88, 85),
    "forgetting": (94, 92),
    "steering": (90, 85),
    "lowrank_images": (92, 86),
    "broken_embeddings": (85, 80),
    "concept_swap": (95, 92),
    "frozen_masks": (93, 90),
    "intent_slots": (83, 76),
}
MEAN = {case: _at_least(mean, "mean over seeds") for case, (mean, _) in LEAST.items()}
EVERY = {case: _at_least(least, "every seed") for case, (_, least) in LEAST.items()}


@CRITERIA.register("clinic")
def clinic_criteria(rows: Sequence[Row]) -> list[Judged]:
    """Of every case, the remedy with the highest mean goes nearly all the way to the healthy twin."""
    found = []
    scored = [row for row in rows if row.metric == NORM_SCORE and set(row.at) == {"case", "remedy"}]
    for (case,), own in by(scored, "case").items():
        remedies = {remedy: values(runs) for (remedy,), runs in by(own, "remedy").items()}
        best = max(remedies, key=lambda remedy: estimate(remedies[remedy][NORM_SCORE].values()).mean)
        if case in LEAST:
            where = f"{case}: {best}"
            found += judged([MEAN[case]], where, remedies[best], "the mean")
            found += judged([EVERY[case]], where, remedies[best], "every seed")
    return found
