"""The thresholds of this project for sparse autoencoders of a lazy model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lazyartist.criteria import Criterion
from lazyartist.reporting.judged import judged
from lazyartist.reporting.table import values
from lazyartist.studies import CRITERIA
from lazyartist.studies.decomposition.metrics import (
    ATTRIBUTE_AUROC,
    CONTROLS,
    DEAD_SHARE,
    DIRECTIONS,
    EXPLAINED_VARIANCE,
    L0,
    STABLE_FEATURES,
    STEER_UP,
    STEERED_VALUES,
)
from lazyartist.studies.settings import model_words, settings


if TYPE_CHECKING:
    from lazyartist.reporting.judged import Judged
    from lazyartist.reporting.row import Row

SAE_VARIANCE = Criterion(EXPLAINED_VARIANCE, "at least", 0.95, "this project, task 6: of the last hidden layer")
SAE_L0 = Criterion(L0, "at most", 16, "this project, task 6: 16 features at once")
SAE_DEAD = Criterion(DEAD_SHARE, "at most", 0.05, "this project, task 6: at most one feature in twenty is dead")
SAE_ATTRIBUTE = Criterion(ATTRIBUTE_AUROC, "at least", 0.95, "this project, task 6: a feature for each of ten colours")
SAE_STABLE = Criterion(STABLE_FEATURES, "at least", 0.80, "this project, task 6: colour features in another seed")
STEERED = Criterion(STEERED_VALUES, "at least", 9, "this project, task 6: of ten colours, on 90 % of other images")
STEERING_CONTROL = Criterion(STEER_UP, "below", 0.20, "this project, task 6: random features in place of a colour's")
DECOMPOSITION = (SAE_VARIANCE, SAE_L0, SAE_DEAD, SAE_ATTRIBUTE)


@CRITERIA.register("sae")
def sae_criteria(rows: Sequence[Row]) -> list[Judged]:
    """The layer is taken apart, a colour's features steer the answer, and features at random do not."""
    found = []
    for at, own in settings([row for row in rows if "factor" not in row.at and "features" not in row.at]):
        v, where, direction = values(own), model_words(at), at.get("direction", "")
        if not direction:
            found += judged(DECOMPOSITION, where, v, "every seed") + judged([SAE_STABLE], where, v, "the mean")
        elif direction == DIRECTIONS[0]:
            found += judged([STEERED], where, v, "every seed")
        elif direction in CONTROLS:
            found += judged([STEERING_CONTROL], where, v, "every seed")
    return found
