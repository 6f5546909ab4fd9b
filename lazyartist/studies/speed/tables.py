"""The tables of the benchmarks; torch-free."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING

from lazyartist.reporting.stats import paired_difference
from lazyartist.reporting.table import (
    BUDGET,
    DATA,
    Table,
    Values,
    budget_words,
    by,
    percent,
    points,
    seeds_of,
    values,
)
from lazyartist.studies import TABLES
from lazyartist.studies.speed.metrics import EPOCH, EVALUATION, HARD, OURS, SPUCO


if TYPE_CHECKING:
    from lazyartist.reporting.row import Row


@TABLES.register("speed")
def speed_tables(rows: Sequence[Row]) -> list[Table]:
    """How fast rendering, training and the README's commands are."""
    return [_measured("Speed", rows)]


@TABLES.register("side_by_side")
def side_by_side_tables(rows: Sequence[Row]) -> list[Table]:
    """How fast attacks, maps and sparse autoencoders are beside those of other libraries."""
    return [_measured("Side by side", rows)]


def _measured(title: str, rows: Sequence[Row]) -> Table:
    lines = []
    for (what,), own in by(rows, "what").items():
        value = own[0].value
        lines.append([what, f"{value:,.{0 if value > 100 else 1 if value > 10 else 2}f}"])
    return Table(title, ("what", "value"), lines, "Medians of alternating measurements in one run.")


@TABLES.register("cost")
def cost_tables(rows: Sequence[Row]) -> list[Table]:
    """What each strategy costs beside plain training: one table per dataset, network and budget."""
    whole = "; on all of them where a first stage takes as many steps however many there are"
    return [
        Table(
            f"What a strategy costs: {dataset}, {network}, {budget_words(own[0].at)}",
            ("strategy", "× ERM"),
            [[str(row.at["strategy"]), f"{row.value:.2f}"] for row in sorted(own, key=lambda row: row.value)],
            "Seconds of a whole training, first stages included, over those of plain training: median of "
            f"{own[0].n} rounds in which all took their turn, on an eighth of the training images"
            f"{whole if len({row.origin.data for row in own}) > 1 else ''}.",
        )
        for (dataset, network, *_), own in by(rows, "dataset", "network", *DATA[1:], *BUDGET).items()
    ]


@TABLES.register("peers")
def peers_tables(rows: Sequence[Row]) -> list[Table]:
    """Our strategies beside SpuCo's, on the same images, network and number of steps."""
    peers = [row for row in rows if row.at["library"] == SPUCO]
    libraries = {name: values(own) for name, own in by(rows, "strategy", "library").items()}
    lines = [
        _beside(str(name), libraries[name, OURS], libraries[name, SPUCO])
        for (name,) in by(peers, "strategy")
        if (name, OURS) in libraries
    ]
    versions = ", ".join(sorted({row.origin.versions[SPUCO] for row in peers}))
    threads = max((row.origin.threads for row in peers), default=1)
    return [
        Table(
            f"Beside SpuCo {versions or '(not measured)'}",
            (
                *("strategy", "hard, other %: ours", "SpuCo", "difference"),
                *("s per epoch: ours", "SpuCo", "times as fast"),
                *("s for 100 groups: ours", "SpuCo", "times as fast", "seeds"),
            ),
            lines,
            "The same images, painted beforehand for SpuCo, first weights, batches of 128 and number of steps; medians "
            f"of alternating runs. Ours has one process with one thread; SpuCo one with {threads}, beside its four "
            "loading processes. The hundred groups are the classes in each colour, over 10,000 images.",
        )
    ]


def _beside(name: str, ours: Values, theirs: Values) -> list[str]:
    line = [name, "–", "–", "–"]
    if ours.get(HARD) and theirs.get(HARD):
        line[1:] = [percent(ours[HARD]), percent(theirs[HARD]), points(paired_difference(ours[HARD], theirs[HARD]))]
    for metric in (EPOCH, EVALUATION):
        if ours.get(metric) and theirs.get(metric):
            a, b = (median(v[metric].values()) for v in (ours, theirs))
            line += [f"{a:.2f}", f"{b:.2f}", f"{b / a:.1f}"]
        else:
            line += ["–"] * 3
    return [*line, seeds_of(ours)]
