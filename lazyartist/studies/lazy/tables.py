"""The tables about lazy models; torch-free."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lazyartist.reporting.table import (
    ACCURACIES,
    BUDGET,
    DATA,
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
from lazyartist.studies.cures.numbers import hard_metrics


if TYPE_CHECKING:
    from lazyartist.reporting.row import Row

HEADERS = dict(zip(ACCURACIES, ("easy % ↑", "hard, rotated % ↓", "hard, other % ↓"), strict=True))


@TABLES.register("lazy")
def lazy_tables(rows: Sequence[Row]) -> list[Table]:
    """How lazy the lazy model is."""
    shown = [ACCURACIES[0], *hard_metrics(values(rows))]
    lines = []
    for runs in by(rows, *DATA, "network", "strategy", *BUDGET).values():
        at, v = runs[0].at, values(runs)
        shares = [percent(v[m]) if m in v else "–" for m in (*shown, "follows_bias")]
        steps = v["steps"].values()
        names = [str(at[key]) for key in ("dataset", "network", "strategy")]
        lines.append([*names, *shares, f"{min(steps):.0f}–{max(steps):.0f}", seeds_of(v), budget_words(at)])
    table = Table(
        "The lazy model",
        (
            *("dataset", "network", "strategy", *(HEADERS.get(metric, f"{metric} % ↓") for metric in shown)),
            *("follows colour %", "steps", "seeds", "budget, at most"),
        ),
        lines,
        f"{INTERVAL} Lazy is plain training that stops at the first look at the easy validation split over 95 %. "
        "Follows colour: share of images in another class's colour that are called that class. " + painted(rows),
    )
    return [table, *recolour_tables(rows)]


def recolour_tables(rows: Sequence[Row]) -> list[Table]:
    """Class by colour, the share of answers that name the colour's class: one table per dataset and network."""
    tables = []
    proofs = [row for row in rows if row.metric == "follows_bias" and row.detail]
    for runs in by(proofs, *DATA, "network", "strategy", *BUDGET).values():
        at, details = runs[0].at, [row.detail or [] for row in runs]
        lines = [
            [f"a {i}", *(f"{100 * sum(shares) / len(shares):.0f}" for shares in zip(*line, strict=True))]
            for i, line in enumerate(zip(*details, strict=True))
        ]
        tables.append(
            Table(
                f"Follows the colour: {at['dataset']}, {at['network']}, {at['strategy']}",
                ("in the colour of", *map(str, range(len(lines[0]) - 1))),
                lines,
                f"Percent of answers that name the colour's class, mean of {len(runs)} seeds.",
            )
        )
    return tables


@TABLES.register("budget")
def budget_tables(rows: Sequence[Row]) -> list[Table]:
    """Easy and hard accuracy of plain training against its length: laziness is a budget."""
    lines = []
    for runs in by(rows, *DATA, "network", *BUDGET, "step").values():
        at, v = runs[0].at, values(runs)
        names = [str(at[key]) for key in ("dataset", "network", "step")]
        lines.append([*names, *(percent(v[m]) for m in ACCURACIES if m in v), seeds_of(v), budget_words(at)])
    return [
        Table(
            "Laziness is a budget",
            ("dataset", "network", "step", "easy %", "hard, rotated %", "hard, other %", "seeds", "budget"),
            lines,
            f"{INTERVAL} Plain ERM, looked at while it trains. " + painted(rows),
        )
    ]
