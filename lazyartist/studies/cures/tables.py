"""The tables about ways to train: leaderboards, the correlation as a knob, naming conflicts, knobs that were tried."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lazyartist.studies.cures.literature import published_tables
from lazyartist.reporting.stats import estimate, norm_score, paired_difference
from lazyartist.reporting.table import (
    ACCURACIES,
    INTERVAL,
    Table,
    by,
    hard_accuracy,
    painted,
    percent,
    points,
    seeds_of,
    seeds_of_all,
    values,
    with_interval,
)


if TYPE_CHECKING:
    from lazyartist.reporting.row import Row

# a method that knows the colours is no peer of one that does not
KNOWS = ("the ceiling", "each image's colour", "what colour is", "images and labels")


def knows(uses: str) -> str:
    """Return how much a strategy knows, by the words for what it uses."""
    if "unbiased colours" in uses:
        return KNOWS[0]
    if "colour labels" in uses:
        return KNOWS[1]
    return KNOWS[2] if "recolouring" in uses or "colour prior" in uses else KNOWS[3]


def strategies_tables(rows: Sequence[Row]) -> list[Table]:
    """Every way to train beside its matched ERM and its oracle: one leaderboard a dataset, network and budget."""
    return [
        _leaderboard(f"{dataset}, {model}, {budget}", runs)
        for (dataset, _, model, budget), runs in by(rows, "dataset", "task", "model", "budget").items()
    ]


def _leaderboard(title: str, rows: Sequence[Row]) -> Table:
    by_strategy = {name: values(found) for (name,), found in by(rows, "strategy").items()}
    uses = {row.strategy: row.uses for row in rows}
    hard = {name: hard_accuracy(v) for name, v in by_strategy.items()}
    erm, oracle = hard.get("erm"), hard.get("oracle")
    lines = []
    for name in sorted(hard, key=lambda name: (KNOWS.index(knows(uses[name])), -estimate(hard[name].values()).mean)):
        v = by_strategy[name]
        gain = score = "–"
        if erm and name != "erm":
            gain = points(paired_difference(hard[name], erm))
            score = with_interval(norm_score(hard[name], erm, oracle), 0) if oracle else "–"
        worst = percent(v["worst_group_accuracy"]) if "worst_group_accuracy" in v else "–"
        seconds = estimate(row.seconds for row in rows if row.strategy == name and row.metric == "easy_accuracy")
        cells = [percent(v[m]) for m in ACCURACIES]
        about = [knows(uses[name]), name, uses[name] or "–"]
        lines.append([*about, *cells, worst, gain, score, f"{seconds.mean:.0f}", seeds_of(v)])
    return Table(
        f"Strategies: {title}",
        (
            *("knows", "strategy", "uses", "easy % ↑", "hard, rotated % ↑", "hard, other % ↑", "worst cell % ↑"),
            *("gain over ERM", "norm score ↑", "s", "seeds"),
        ),
        lines,
        f"{INTERVAL} ERM and oracle have the same network, data, seeds, batches and number of steps as every cure. "
        "Worst cell: the lowest accuracy of a class in a colour, of a hundred. "
        "Gain: points of hard accuracy (mean of both splits) over matched ERM, paired by seed. "
        "Norm score: 100 × (cure − ERM) / (oracle − ERM). s: seconds of processor time, all first stages included. "
        + painted(rows),
    )


def correlation_tables(rows: Sequence[Row]) -> list[Table]:
    """Hard accuracy against the correlation: one table a dataset, network and budget."""
    tables = []
    for (dataset, model, budget), runs in by(rows, "dataset", "model", "budget").items():
        marks = sorted({correlation_of(row) for row in runs})
        lines = []
        for (name,), found in by(runs, "strategy").items():
            at = {correlation_of(mine[0]): hard_accuracy(values(mine)) for mine in by(found, "task").values()}
            lines.append([name, found[0].uses or "–", *(percent(at[mark]) if mark in at else "–" for mark in marks)])
        tables.append(
            Table(
                f"Hard accuracy against the correlation: {dataset}, {model}, {budget}",
                ("strategy", "uses", *(f"{100 * mark:g} %" for mark in marks)),
                lines,
                f"Mean of both hard splits over {seeds_of_all(runs)} ± half its 95 % interval, in percent. The images "
                "that do not wear their class's colour wear another; at 100 % there are none.",
            )
        )
    return tables


def correlation_of(row: Row) -> float:
    """Return the correlation at which the row's dataset was painted."""
    return float(row.task.split()[0])


def naming_tables(rows: Sequence[Row]) -> list[Table]:
    """How well conflicting images are named without colour labels: one table a dataset and share of them."""
    tables = []
    scores = {
        "average_precision": "average precision % ↑",
        "r_precision": "R-precision % ↑",
        "auroc": "AUROC % ↑",
    }
    for (dataset, _, model), runs in by(rows, "dataset", "task", "model").items():
        lines = []
        for (budget, name), found in by(runs, "budget", "strategy").items():
            v = values(found)
            lines.append((float(budget.split()[0]), name, [*(percent(v[m]) for m in scores), seeds_of(v)]))
        share = f"{100 - 100 * correlation_of(runs[0]):.3g} % conflict"
        tables.append(
            Table(
                f"Naming the conflicting images: {dataset}, {model}, {share}",
                ("epochs", "named by", *scores.values(), "seeds"),
                [[f"{epochs:g}", name, *cells] for epochs, name, cells in sorted(lines)],
                f"{INTERVAL} Training images are ranked by how much they look like conflicting ones to a network that "
                "has trained for so many epochs and knows no colours. Mean margin: over all looks so far (AUM). Within "
                f"an error set, and outside it, images share their rank. {painted(runs)}",
            )
        )
    return tables


def protocol_tables(rows: Sequence[Row]) -> list[Table]:
    """The literature's protocol with a perceptron, and what was published, each setting in a table of its own."""
    lines = []
    for (dataset, _, model, budget, name), found in by(rows, "dataset", "task", "model", "budget", "strategy").items():
        v = values(found)
        shares = [percent(v[m]) for m in ("unbiased_accuracy", *ACCURACIES)]
        lines.append([dataset, model, name, found[0].uses or "–", *shares, seeds_of(v), budget])
    ours = Table(
        "A perceptron, as in the papers",
        (
            *("dataset", "network", "strategy", "uses", "unbiased % ↑", "easy % ↑", "hard, rotated % ↑"),
            *("hard, other % ↑", "seeds", "budget"),
        ),
        sorted(lines, key=lambda line: line[4], reverse=True),
        f"{INTERVAL} Unbiased: mean accuracy of the hundred classes in colours, a tenth of them aligned. Not as in the "
        "papers: 48,000 training images, ten hues without jitter. " + painted(rows),
    )
    return [ours, *published_tables()]


def knobs_tables(rows: Sequence[Row]) -> list[Table]:
    """What was tried to choose the knobs, and how it scored where the hard splits have no say."""
    lines = []
    for (dataset, _, model, budget, strategy), runs in by(
        rows, "dataset", "task", "model", "budget", "strategy"
    ).items():
        v = values(runs)
        scores = [percent(v[m]) for m in ("easy_accuracy", "conflicting_accuracy")]
        lines.append([dataset, model, strategy, *scores, seeds_of(v), budget])
    return [
        Table(
            "Knobs that were tried",
            ("dataset", "network", "strategy", "easy %", "conflicting images of the easy split, %", "seeds", "budget"),
            lines,
            f"{INTERVAL} A name alone is the strategy with the knobs that it has. Seeds from 100 on, "
            "which no other table has; no test image was looked at. " + painted(rows),
        )
    ]
