"""The tables about cures: leaderboards, the correlation, conflict detection, knobs that were tried; torch-free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from lazyartist.reporting.stats import paired_difference
from lazyartist.reporting.table import (
    ACCURACIES,
    INTERVAL,
    Table,
    budget_words,
    by,
    mean_alone,
    norm_cell,
    painted,
    percent,
    points,
    seeds_of,
    seeds_of_all,
    values,
)
from lazyartist.studies import TABLES
from lazyartist.studies.cures.literature import published_tables
from lazyartist.studies.cures.metrics import (
    AVERAGE,
    BALANCED,
    CONFLICTING,
    DETECTION,
    KNOWS,
    UNBIASED,
    WORST_GROUP,
    knows,
)
from lazyartist.studies.cures.numbers import by_lie, cell, judged_by, mean
from lazyartist.studies.lazy import LAZY, lazy_stops
from lazyartist.studies.lie_names import lie_of
from lazyartist.studies.settings import hard_metrics, setting_words, settings


if TYPE_CHECKING:
    from lazyartist.reporting.row import At, Row

HEADERS = {
    **dict(zip(ACCURACIES, ("easy % ↑", "hard, rotated % ↑", "hard, other % ↑"), strict=True)),
    UNBIASED: "unbiased % ↑",
    "hard_conflicting_accuracy": "hard, conflicting % ↑",
    WORST_GROUP: "worst group % ↑",
    AVERAGE: "average % ↑",
    BALANCED: "mean of groups % ↑",
}
WEIGHTED = "Average: the groups weighted by their shares of the training images. Nothing was chosen on test images. "


@TABLES.register("cures")
def cures_tables(rows: Sequence[Row]) -> list[Table]:
    """Every way to train beside its matched ERM and its oracle: one leaderboard per dataset, network and budget."""
    return [_leaderboard(at, own) for at, own in settings(rows, "strategy")]


def _leaderboard(at: At, rows: Sequence[Row]) -> Table:
    results = {name: values(own) for (name,), own in by(rows, "strategy").items()}
    uses = {row.at["strategy"]: row.origin.uses for row in rows}
    judged = {name: judged_by(v) for name, v in results.items()}
    measured = values(rows)
    metrics = [m for m in (ACCURACIES[0], *hard_metrics(measured), WORST_GROUP, AVERAGE, BALANCED) if m in measured]
    lines = []
    for name in sorted(results, key=lambda name: (KNOWS.index(knows(uses[name])), -mean(judged[name]))):
        seconds = {row.seed: row.origin.seconds for row in rows if row.at["strategy"] == name}
        lines.append(
            [
                *(knows(uses[name]), name, ", ".join(uses[name]) or "–"),
                *(cell(results[name], metric) for metric in metrics),
                *_beside(name, judged),
                *(mean_alone(seconds, 0), seeds_of(results[name])),
            ]
        )
    gained = "hard accuracy (mean of the hard splits)" if hard_metrics(measured) else "the worst group's accuracy"
    return Table(
        f"Strategies: {setting_words(at)}",
        (
            *("knows", "strategy", "uses", *(HEADERS.get(metric, f"{metric} % ↑") for metric in metrics)),
            *("gain over ERM", "norm score ↑", "s", "seeds"),
        ),
        lines,
        f"{INTERVAL} ERM and oracle have the same network, data, seeds, batches and number of steps as every cure. "
        "Worst group: the lowest accuracy of a class with a value of the bias attribute. "
        f"{WEIGHTED if AVERAGE in measured else ''}"
        f"Gain: points of {gained} over matched ERM, paired by seed. "
        "Norm score: 100 × (cure − ERM) / (oracle − ERM). s: seconds of processor time, all first stages included. "
        + painted(rows),
    )


def _beside(name: str, judged: Mapping[str, Mapping[int, float]]) -> tuple[str, str]:
    """Return the gain over matched ERM and the norm score, dashes where there is nothing to compare with."""
    own, erm, oracle = judged[name], judged.get("erm", {}), judged.get("oracle", {})
    if name == "erm" or not set(own) & set(erm):
        return "–", "–"
    return points(paired_difference(own, erm)), norm_cell(own, erm, oracle)


@TABLES.register("correlation")
def correlation_tables(rows: Sequence[Row]) -> list[Table]:
    """Hard accuracy against the correlation: one table per dataset, lie, network and budget."""
    tables = []
    for at, own in by_lie(rows):
        marks = [mark for (mark,) in by(own, "correlation")]
        lines = []
        numbers = set()  # of seeds
        for (name,), runs in by(own, "strategy").items():
            hard = {mark: judged_by(values(some)) for (mark,), some in by(runs, "correlation").items()}
            cells = [percent(hard[mark]) if hard.get(mark) else "–" for mark in marks]
            numbers |= {len(by_seed) for by_seed in hard.values() if by_seed}
            lines.append([name, ", ".join(runs[0].origin.uses) or "–", *cells])
        lazy = any(row.at["strategy"] == LAZY for row in own)
        about_lazy = f" Lazy has a budget of its own: it {lazy_stops('attribute')}" if lazy else ""
        tables.append(
            Table(
                f"Hard accuracy against the correlation of {lie_of(at)} and class: {setting_words(at)}",
                ("strategy", "uses", *(f"{100 * mark:g} %" for mark in marks)),
                lines,
                f"Mean of both hard splits over {seeds_of_all(own)} ± half its 95 % interval, in percent"
                + (f"; of some strategies over {min(numbers)}" if len(numbers) > 1 else "")
                + ". The training images that do not have their class's own attribute have another; at 100 % there are "
                f"none.{about_lazy}",
            )
        )
    return tables


@TABLES.register("selection")
def selection_tables(rows: Sequence[Row]) -> list[Table]:
    """What choosing an epoch on validation images is worth: a line for each strategy and rule."""
    lines = []
    for at, own in settings(rows, "selected_by"):
        for (rule,), chosen in by(own, "selected_by").items():
            v = values(chosen)
            epochs = ", ".join(f"{epoch:g}" for _, epoch in sorted(v["epoch"].items()))
            names = [str(at[key]) for key in ("dataset", "network", "strategy")]
            lines.append([*names, rule, cell(v, WORST_GROUP), cell(v, AVERAGE), epochs, seeds_of(v), budget_words(at)])
    return [
        Table(
            "Which epoch's model is kept",
            (
                *("dataset", "network", "strategy", "selected by", "worst group % ↑", "average % ↑"),
                *("epoch of each seed", "seeds", "budget"),
            ),
            lines,
            f"{INTERVAL} Both accuracies are of test images, which had no say. Selected by the accuracy on validation "
            "images of their worst group, for which their attributes must be known; by the average with groups "
            "weighted as in training; or not at all: the last epoch. No early stop makes the training shorter.",
        )
    ]


@TABLES.register("naming")
def naming_tables(rows: Sequence[Row]) -> list[Table]:
    """How well conflicting images are detected without bias labels: one table per setting and share of them."""
    tables = []
    for at, own in settings(rows, "strategy", "epoch", "score"):
        lines = []
        for (epoch, strategy, score), runs in by(own, "epoch", "strategy", "score").items():
            v = values(runs)
            lines.append([f"{epoch:g}", strategy, score, *(cell(v, metric) for metric in DETECTION), seeds_of(v)])
        tables.append(
            Table(
                f"Detecting the conflicting images: {_with_conflicts(at)}",
                ("epochs", "strategy", "score", *DETECTION.values(), "seeds"),
                lines,
                f"{INTERVAL} Training images are ranked by how much they look like conflicting ones to a network that "
                f"has trained for so many of the {budget_words(at)} and has no bias labels. R-precision: the share of "
                "conflicting images among as many first ranks as there are of them. mean_margin: over all checkpoints "
                f"so far (AUM). Images in the error set share their rank, and so do those outside it. {painted(own)}",
            )
        )
    return tables


def _with_conflicts(at: At) -> str:
    share = f", {100 - 100 * float(at['correlation']):.3g} % conflict" if "correlation" in at else ""
    return f"{at['dataset']}, {at['network']}{share}"


@TABLES.register("lff_protocol")
def lff_protocol_tables(rows: Sequence[Row]) -> list[Table]:
    """The literature's protocol with a perceptron, and what was published, each setting in a table of its own."""
    metrics = (UNBIASED, *ACCURACIES)
    results = [(at, own[0].origin.uses, values(own)) for at, own in settings(rows)]
    results.sort(key=lambda result: -mean(result[2].get(UNBIASED, {})))
    lines = [
        [
            *(str(at[key]) for key in ("dataset", "network", "strategy")),
            *(", ".join(uses) or "–", *(cell(v, metric) for metric in metrics), seeds_of(v), budget_words(at)),
        ]
        for at, uses, v in results
    ]
    ours = Table(
        "A perceptron, as in the papers",
        ("dataset", "network", "strategy", "uses", *(HEADERS[metric] for metric in metrics), "seeds", "budget"),
        lines,
        f"{INTERVAL} Unbiased: mean accuracy over the groups, a hundred classes in colours, a tenth of them aligned. "
        "Not as in the papers: 48,000 training images, ten hues without jitter. " + painted(rows),
    )
    return [ours, *published_tables()]


@TABLES.register("tuning")
def tuning_tables(rows: Sequence[Row]) -> list[Table]:
    """What was tried to choose the knobs, and how it scored where the hard splits have no say."""
    lines = []
    for at, own in settings(rows):
        v = values(own)
        scores = [cell(v, metric) for metric in (ACCURACIES[0], CONFLICTING)]
        names = [str(at[key]) for key in ("dataset", "network", "strategy")]
        lines.append([*names, *scores, seeds_of(v), budget_words(at)])
    return [
        Table(
            "Knobs that were tried",
            ("dataset", "network", "strategy", "easy %", "conflicting images of the easy split, %", "seeds", "budget"),
            lines,
            f"{INTERVAL} A name alone is the strategy with the knobs that it has. Seeds from 100 on, "
            "which no other table has; no test image was looked at. " + painted(rows),
        )
    ]
