"""What the tables and figures of cures share: the number that a cure is judged by, and what stands side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazyartist.reporting.stats import estimate
from lazyartist.reporting.table import BUDGET, percent
from lazyartist.studies.cures.metrics import WORST_GROUP
from lazyartist.studies.lazy import LAZY
from lazyartist.studies.lie_names import in_order, lie_of
from lazyartist.studies.settings import hard_metrics, settings


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lazyartist.reporting.row import At, Row
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


def by_lie(rows: Sequence[Row]) -> Iterator[tuple[At, list[Row]]]:
    """Yield the setting and the rows, at every correlation, of each lie in order.

    The lazy model, whose budget is its own, stands beside all others of its lie.
    """
    boards = list(settings(rows, "strategy", "correlation", *BUDGET))
    order = in_order(lie_of(at) for at, _ in boards)
    for _, own in sorted(boards, key=lambda board: order.index(lie_of(board[0]))):
        lazy = [row for row in own if row.at["strategy"] == LAZY]
        others = [row for row in own if row.at["strategy"] != LAZY]
        for at, some in settings(others or lazy, "strategy", "correlation"):
            yield at, [*some, *(lazy if others else ())]
