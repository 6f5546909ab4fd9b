"""What the tables and figures of cures share: rows put together by setting, and the number a cure is judged by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazyartist.reporting.stats import estimate
from lazyartist.reporting.table import ACCURACIES, BUDGET, DATA, budget_words, by, percent
from lazyartist.studies.cures.metrics import WORST_GROUP


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lazyartist.reporting.row import At, Row
    from lazyartist.reporting.table import Values

SETTING = (*DATA, "network", *BUDGET)


def settings(rows: Sequence[Row], *varying: str) -> Iterator[tuple[At, list[Row]]]:
    """Yield the keys and the rows of each setting: in one, rows differ in the keys `varying` and in the seed only."""
    others = sorted({name for row in rows for name in row.at} - {*SETTING, "strategy"})
    names = [name for name in (*SETTING, "strategy", *others) if name not in varying]
    for own in by(rows, *names).values():
        yield {name: own[0].at[name] for name in names if name in own[0].at}, own


def setting_words(at: At) -> str:
    """Return dataset, network and budget in words, and keys that only some rows have."""
    others = [f"{name} {value}" for name, value in at.items() if name not in {*SETTING, "strategy"}]
    return ", ".join([str(at["dataset"]), str(at["network"]), budget_words(at), *others])


def hard_metrics(v: Values) -> list[str]:
    """Return the accuracies on hard splits that were measured, those of colours first."""
    hard = [metric for metric in v if metric.startswith("hard_") and metric.endswith("_accuracy")]
    colours = [metric for metric in ACCURACIES if metric in hard]
    return colours + sorted(set(hard) - set(colours))


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
