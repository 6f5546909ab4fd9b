"""How rows of the chapter on sparse autoencoders become cells: what is never averaged, names, dashes; torch-free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from lazyartist.reporting.stats import estimate
from lazyartist.reporting.table import BUDGET, DATA, Values, percent, with_interval
from lazyartist.studies.decomposition.metrics import KNOBS
from lazyartist.studies.lie_names import dataset_words


if TYPE_CHECKING:
    from lazyartist.reporting.row import At, Row

CASE = (*DATA, "network", "strategy", *BUDGET, *KNOBS)  # rows that differ in one of these are never averaged


def names_of(at: At) -> list[str]:
    """Return dataset with its lie, network and strategy, behind which stand the study's knobs that were changed."""
    changed = ", ".join(f"{name} {at[name]}" for name in KNOBS if name in at)
    return [dataset_words(at), str(at["network"]), f"{at['strategy']} ({changed})" if changed else str(at["strategy"])]


def percent_of(v: Values, metric: str) -> str:
    """Return a metric's shares as percent, or a dash where it was not measured."""
    return percent(v[metric]) if v.get(metric) else "–"


def number(by_seed: Mapping[int, float], digits: int) -> str:
    """Return the mean over seeds with its interval, or a dash where nothing was measured."""
    return with_interval(estimate(by_seed.values()), digits) if by_seed else "–"


def mean(by_seed: Mapping[int, float]) -> float:
    """Return the mean over seeds, 0 of none: what tables are sorted by."""
    return sum(by_seed.values()) / max(1, len(by_seed))


def in_order(rows: Sequence[Row], key: str) -> list[str]:
    """Return the values of a key, in the order in which they were measured."""
    return list(dict.fromkeys(str(row.at[key]) for row in rows if key in row.at))
