"""What the tables and figures of cures share: the number that a cure is judged by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazyartist.reporting.stats import estimate
from lazyartist.reporting.table import percent
from lazyartist.studies.cures.metrics import WORST_GROUP
from lazyartist.studies.settings import hard_metrics


if TYPE_CHECKING:
    from collections.abc import Mapping

    from lazyartist.reporting.table import Values


def judged_by(v: Values) -> dict[int, float]:
    """Return seed -> the mean accuracy of the hard splits; without hard splits, the worst group's accuracy."""
    hard = hard_metrics(v)
    if not hard:
        return v.get(WORST_GROUP, {})
    return {seed: sum(v[m][seed] for m in hard) / len(hard) for seed in v[hard[0]] if all(seed in v[m] for m in hard)}


def cell(v: Values, metric: str) -> str:
    """Return the percent of a metric with its interval, or a dash where it was not measured."""
    return percent(v[metric]) if v.get(metric) else "–"


def mean(by_seed: Mapping[int, float]) -> float:
    """Return the mean over seeds; what was not measured ranks last."""
    return estimate(by_seed.values()).mean if by_seed else float("-inf")
