"""How far the best known remedy of each case is to go, with the margins that two seeds need."""

from __future__ import annotations

from lazyartist.criteria import Criterion
from lazyartist.studies.clinic.metrics import NORM_SCORE


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
