"""The tables of all pairs of classes, and of why a lazy model takes more noise; torch-free."""

from __future__ import annotations

import math

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lazyartist.reporting.table import (
    BUDGET,
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
from lazyartist.studies.inspection.metrics import run_keys
from lazyartist.studies.lazy import LAZY
from lazyartist.studies.noise.metrics import FLIP, MATCHED, MINIMAL, PAIR, RECOLOUR
from lazyartist.studies.noise.numbers import NOTHING, in_paint, mean_matrix, mean_size, size_words, times_as_much
from lazyartist.studies.noise.tables import PAIRED


if TYPE_CHECKING:
    from lazyartist.reporting.row import Row


@TABLES.register("class_pairs")
def pairs_tables(rows: Sequence[Row]) -> list[Table]:
    """All pairs of source and target: a summary, and a table of medians for each model."""
    lines, matrices = [], []
    for (dataset, network, *_), model in by(rows, *run_keys(rows)).items():
        own, other = (in_paint(model, paint) for paint in ("own", "other"))
        v, w, at = values(own), values(other), model[0].at
        name = str(at["strategy"])
        medians = mean_matrix(own, PAIR)
        cells = {(i, j): x for i, line in enumerate(medians) for j, x in enumerate(line) if not math.isnan(x)}
        ordered = sorted(cells, key=lambda pair: cells[pair])
        ends = (
            [f"{i} → {j}: {size_words(cells[i, j])}" for i, j in (ordered[0], ordered[-1])] if cells else [NOTHING] * 2
        )
        noise = [mean_size(each, PAIR) for each in (v, w)]
        already = [percent(each["already_target"]) if each["already_target"] else NOTHING for each in (v, w)]
        about = [seeds_of(v), budget_words(at)]
        lines.append([dataset, network, name, noise[0], *ends, already[0], noise[1], already[1], *about])
        grid = [[f"a {i}", *("" if math.isnan(x) else size_words(x) for x in line)] for i, line in enumerate(medians)]
        note = f"Median minimal ε over 90 % sure, images in their class's colour, mean of {seeds_of(v)} seeds."
        header = ("becomes a", *map(str, range(len(grid))))
        matrices.append(Table(f"Every pair: {dataset}, {network}, {name}", header, grid, note))
    images = max(row.n for row in rows if row.metric == PAIR)
    summary = Table(
        "Noise from every class to every other",
        (
            *("dataset", "network", "strategy", "median minimal ε", "easiest", "hardest", "the target before noise, %"),
            *("in another's colour: median ε", "the target before noise, %", "seeds", "budget"),
        ),
        lines,
        f"{INTERVAL} Median of all pairs' images, {images} per model, over 90 % sure. An image that is taken for the "
        f"target before any noise is left out of the medians. {painted(rows)}",
    )
    return [summary, *matrices]


@TABLES.register("confidence_or_colour")
def confidence_or_colour_tables(rows: Sequence[Row]) -> list[Table]:
    """Why a lazy model takes more noise: to flip and to be sure, and at equal confidence."""
    lines = []
    for setting in by(rows, *run_keys(rows, "strategy", "correlation", *BUDGET)).values():
        models = list(by(setting, "strategy", "correlation", *BUDGET).values())
        lazy = [model for model in models if model[0].at["strategy"] == LAZY]
        reference = lazy[0] if len(lazy) == 1 else None
        for model in models:
            at, v = model[0].at, values(model)
            sizes = [mean_size(v, metric) for metric in (FLIP, MINIMAL, MATCHED, RECOLOUR)]
            ratios = [times_as_much(reference, model, metric) for metric in (FLIP, MINIMAL, MATCHED)]
            about = [percent(v["clean_confidence"]), mean_size(v, "scale", 2)]
            names = [str(at[key]) for key in ("dataset", "network", "strategy")]
            correlation = f"{at['correlation']:g}" if "correlation" in at else NOTHING
            lines.append([*names, correlation, *about, *sizes, *ratios, seeds_of(v)])
    return [
        Table(
            "Why the lazy model takes more noise",
            (
                *("dataset", "network", "strategy", "correlation", "sure of its 7s, %", "logits × for 99 %"),
                *("ε that flips", "ε for 90 %", "ε for 90 %, at equal confidence", "ε of another colour that flips"),
                *("lazy needs × as much: flip", "90 %", "90 %, at equal confidence", "seeds"),
            ),
            lines,
            f"{INTERVAL} Sevens in their own class's colour. Equal confidence: logits are multiplied so that the mean "
            "confidence in the right class is 99 % before noise. Another colour: the least change of a pixel on the "
            f"straight way to the same 7 in a 3's colour that makes the answer 3; ∞ where it never does. {PAIRED}",
        )
    ]
