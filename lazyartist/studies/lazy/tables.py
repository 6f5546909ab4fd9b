"""The tables about lazy models; torch-free."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lazyartist.reporting.table import (
    ACCURACIES,
    INTERVAL,
    Table,
    budget_words,
    by,
    painted,
    percent,
    seeds_of,
    values,
)
from lazyartist.studies import TABLES
from lazyartist.studies.settings import bias_of, hard_metrics, settings


if TYPE_CHECKING:
    from lazyartist.reporting.row import Row

HEADERS = dict(zip(ACCURACIES, ("easy % ↑", "hard, rotated % ↓", "hard, other % ↓"), strict=True))


@TABLES.register("lazy")
def lazy_tables(rows: Sequence[Row]) -> list[Table]:
    """How lazy the lazy model is."""
    shown = [ACCURACIES[0], *hard_metrics(row.metric for row in rows)]
    bias = bias_of(rows)
    lines = []
    for at, runs in settings(rows):
        v = values(runs)
        shares = [percent(v[m]) if m in v else "–" for m in (*shown, "follows_bias")]
        steps = v["steps"].values()
        names = [str(at[key]) for key in ("dataset", "network", "strategy")]
        lines.append([*names, *shares, f"{min(steps):.0f}–{max(steps):.0f}", seeds_of(v), budget_words(at)])
    table = Table(
        "The lazy model",
        (
            *("dataset", "network", "strategy", *(HEADERS.get(metric, f"{metric} % ↓") for metric in shown)),
            *(f"follows {bias} %", "steps", "seeds", "budget, at most"),
        ),
        lines,
        f"{INTERVAL} Lazy is plain training that stops at the first check of the easy validation split over 95 %, or "
        f"over what the {bias} alone can reach. Follows {bias}: share of images with another class's {bias} that are "
        f"called that class. {painted(rows)}",
    )
    return [table, *recolour_tables(rows)]


def recolour_tables(rows: Sequence[Row]) -> list[Table]:
    """Class by attribute, the share of answers that name the attribute's class: one table per setting."""
    tables = []
    bias = bias_of(rows)
    for at, runs in settings([row for row in rows if row.metric == "follows_bias" and row.detail]):
        details = [row.detail or [] for row in runs]
        lines = [
            [f"a {i}", *(f"{100 * sum(shares) / len(shares):.0f}" for shares in zip(*line, strict=True))]
            for i, line in enumerate(zip(*details, strict=True))
        ]
        tables.append(
            Table(
                f"Follows the {bias}: {at['dataset']}, {at['network']}, {at['strategy']}",
                (f"in the {bias} of", *map(str, range(len(lines[0]) - 1))),
                lines,
                f"Percent of answers that name the {bias}'s class, mean of {len(runs)} seeds.",
            )
        )
    return tables


@TABLES.register("budget")
def budget_tables(rows: Sequence[Row]) -> list[Table]:
    """Easy and hard accuracy of plain training against its length: laziness is a budget."""
    shown = [ACCURACIES[0], *hard_metrics(row.metric for row in rows)]
    lines = []
    for at, runs in settings(rows, "step"):
        for (step,), own in by(runs, "step").items():
            v = values(own)
            names = [str(at[key]) for key in ("dataset", "network", "strategy")]
            shares = [percent(v[m]) if m in v else "–" for m in shown]
            lines.append([*names, str(step), *shares, seeds_of(v), budget_words(at)])
    names = [HEADERS.get(metric, metric).removesuffix("↑").removesuffix("↓").rstrip() for metric in shown]
    return [
        Table(
            "Laziness is a budget",
            ("dataset", "network", "strategy", "step", *names, "seeds", "budget"),
            lines,
            f"{INTERVAL} Looked at while it trains. {painted(rows)}",
        )
    ]
