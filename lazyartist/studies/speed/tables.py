"""The tables of the studies, as pure functions of rows: the same rows give the same bytes.

Rows are put together only if dataset, painting, network and budget are the same; what differs gets a line of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median
from typing import TYPE_CHECKING

from lazyartist.studies.cures.tables import (
    correlation_tables,
    knobs_tables,
    naming_tables,
    protocol_tables,
    strategies_tables,
)
from lazyartist.studies.decomposition.tables import (
    decomposition_tables,
    erasure_tables,
    presence_tables,
    variants_tables,
)
from lazyartist.studies.noise.tables import cause_tables, noise_tables, pairs_tables
from lazyartist.studies.inspection.tables import probes_tables
from lazyartist.reporting.stats import paired_difference
from lazyartist.reporting.table import (
    ACCURACIES,
    INTERVAL,
    Table,
    by,
    painted,
    percent,
    points,
    seeds_of,
    values,
)


if TYPE_CHECKING:
    from lazyartist.reporting.row import Row


def lazy_tables(rows: Sequence[Row]) -> list[Table]:
    """How lazy the lazy model is."""
    lines = []
    for (dataset, _, model, strategy, budget), runs in by(
        rows, "dataset", "task", "model", "strategy", "budget"
    ).items():
        v = values(runs)
        shares = [percent(v[m]) for m in (*ACCURACIES, "follows_colour")]
        steps = v["steps"].values()
        lines.append([dataset, model, strategy, *shares, f"{min(steps):.0f}–{max(steps):.0f}", seeds_of(v), budget])
    table = Table(
        "The lazy model",
        (
            *("dataset", "network", "strategy", "easy % ↑", "hard, rotated % ↓", "hard, other % ↓"),
            *("follows colour %", "steps", "seeds", "budget, at most"),
        ),
        lines,
        f"{INTERVAL} Lazy is plain training that stops at the first look at the easy validation split over 95 %. "
        "Follows colour: share of images in another class's colour that are called that class. " + painted(rows),
    )
    return [table, *recolour_tables(rows)]


def recolour_tables(rows: Sequence[Row]) -> list[Table]:
    """Class by colour, the share of answers that name the colour's class: one 10×10 table a dataset and network."""
    tables = []
    found = [row for row in rows if row.metric == "follows_colour" and row.detail]
    for (dataset, _, model, strategy, _), runs in by(found, "dataset", "task", "model", "strategy", "budget").items():
        details = [row.detail or [] for row in runs]
        classes = range(len(details[0]))
        lines = [
            [f"a {i}", *(f"{100 * sum(detail[i][j] for detail in details) / len(details):.0f}" for j in classes)]
            for i in classes
        ]
        tables.append(
            Table(
                f"Follows the colour: {dataset}, {model}, {strategy}",
                ("in the colour of", *map(str, classes)),
                lines,
                f"Percent of answers that name the colour's class, mean of {len(runs)} seeds.",
            )
        )
    return tables


def budget_tables(rows: Sequence[Row]) -> list[Table]:
    """Easy and hard accuracy of plain training against its length: laziness is a budget."""
    lines = []
    for (dataset, _, model, budget), runs in by(rows, "dataset", "task", "model", "budget").items():
        v = values(runs)
        step, _, rest = budget.partition(" ")
        lines.append((dataset, model, rest, int(step), [percent(v[m]) for m in ACCURACIES], seeds_of(v)))
    table = Table(
        "Laziness is a budget",
        ("dataset", "network", "step", "easy %", "hard, rotated %", "hard, other %", "seeds", "budget"),
        [[dataset, model, str(step), *cells, n, rest] for dataset, model, rest, step, cells, n in sorted(lines)],
        f"{INTERVAL} Plain ERM, looked at while it trains. " + painted(rows),
    )
    return [table]


def speed_tables(rows: Sequence[Row]) -> list[Table]:
    """What benchmarks measured, side by side."""
    table = Table(
        "Speed" if rows[0].study == "speed" else "Side by side",
        ("what", "value"),
        [[row.metric, f"{row.value:,.{0 if row.value > 100 else 1 if row.value > 10 else 2}f}"] for row in rows],
        "Medians of alternating measurements in one run.",
    )
    return [table]


def cost_tables(rows: Sequence[Row]) -> list[Table]:
    """What each strategy costs beside plain training."""
    lines = [[row.strategy, f"{row.value:.2f}"] for row in sorted(rows, key=lambda row: row.value)]
    note = (
        "Seconds of a whole training, first stages included, over those of plain training: median of "
        f"{rows[0].n} rounds in which all took their turn, on an eighth of MNIST's training images."
    )
    return [Table(f"What a strategy costs: {rows[0].model}, {rows[0].budget}", ("strategy", "× ERM"), lines, note)]


def peers_tables(rows: Sequence[Row]) -> list[Table]:
    """Our strategies beside SpuCo's, on the same images, network and number of steps."""
    found = {name: values(mine) for (name,), mine in by(rows, "strategy").items()}
    lines = []
    for name in (name for name in found if f"spuco {name}" in found):
        ours, theirs = found[name], found[f"spuco {name}"]
        gap = points(paired_difference(ours["hard_other_accuracy"], theirs["hard_other_accuracy"]))
        cells = [percent(v["hard_other_accuracy"]) for v in (ours, theirs)]
        for metric in ("seconds_per_epoch", "evaluation_seconds"):
            if metric in ours and metric in theirs:
                a, b = (median(v[metric].values()) for v in (ours, theirs))
                cells += [f"{a:.2f}", f"{b:.2f}", f"{b / a:.1f}"]
            else:
                cells += ["–"] * 3
        lines.append([name, *cells[:2], gap, *cells[2:], seeds_of(ours)])
    threads = max(row.threads for row in rows if row.strategy.startswith("spuco"))
    version = next(row.versions["spuco"] for row in rows if "spuco" in row.versions)
    return [
        Table(
            f"Beside SpuCo {version}",
            (
                *("method", "hard, other %: ours", "SpuCo", "difference", "s an epoch: ours", "SpuCo", "times as fast"),
                *("s for 100 groups: ours", "SpuCo", "times as fast", "seeds"),
            ),
            lines,
            "The same images, painted beforehand for SpuCo, first weights, batches of 128 and number of steps; medians "
            f"of alternating runs. Ours has one process with one thread; SpuCo one with {threads}, beside its four "
            "loading processes. The hundred groups are the classes in each colour, over 10,000 images.",
        )
    ]


RENDERERS: dict[str, Callable[[Sequence[Row]], list[Table]]] = {
    "lazy": lazy_tables,
    "budget": budget_tables,
    "cures": strategies_tables,
    "correlation": correlation_tables,
    "naming": naming_tables,
    "lff_protocol": protocol_tables,
    "tuning": knobs_tables,
    "cost": cost_tables,
    "peers": peers_tables,
    "probes": probes_tables,
    "noise": noise_tables,
    "class_pairs": pairs_tables,
    "confidence_or_colour": cause_tables,
    "sae": decomposition_tables,
    "sae_variants": variants_tables,
    "layer_probing": presence_tables,
    "erasure": erasure_tables,
    "speed": speed_tables,
    "side_by_side": speed_tables,
}
