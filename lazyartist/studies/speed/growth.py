"""How the cost of a run grows with the number of images and their size, as table and figure; torch-free."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from matplotlib import colormaps
from matplotlib.figure import Figure

from lazyartist.reporting.table import Table, by
from lazyartist.studies import FIGURES, TABLES
from lazyartist.studies.speed.metrics import MEMORY, RUN_SECONDS, TRAINING_SECONDS, TWICE


if TYPE_CHECKING:
    from lazyartist.reporting.row import Row


Cost = dict[str, float]


@TABLES.register("growth")
def growth_tables(rows: Sequence[Row]) -> list[Table]:
    """What a run costs by number and size of images."""
    lines = []
    for (size, images), cost in _costs(rows).items():
        lines.append(
            [
                f"{size}",
                f"{images:,}",
                f"{cost[RUN_SECONDS]:,.1f}",
                f"{1e3 * cost[RUN_SECONDS] / images:,.2f}",
                f"{cost[TRAINING_SECONDS] / cost[RUN_SECONDS]:.0%}",
                f"{cost[MEMORY]:,.0f}",
                f"{3 * images * size * size / 1e6:,.0f}",
                f"{cost[TWICE]:.2f}" if TWICE in cost else "–",
            ]
        )
    heads = ("size, px", "images", "run, s", "per image, ms", "training", "memory, MB", "images, MB", "two processes")
    return [
        Table(
            "What a run costs",
            heads,
            lines,
            "One run of cures: plain training of simple_cnn for a quarter of an epoch on three fifths of the images, "
            "every group's accuracy on the rest. Seconds of processor time with one thread. Memory: what the process "
            "needs beside the images, which are a file that is mapped into memory; 0.3 GB of it is Python with its "
            "libraries. Two processes: how many times as many runs as one.",
        )
    ]


@FIGURES.register("growth")
def growth_figure(rows: Sequence[Row]) -> Figure:
    """Show seconds and memory of a run against the number of images, a line per size, and what linear growth is."""
    figure = Figure(figsize=(10, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    lines: dict[int, list[tuple[int, Cost]]] = {}
    for (size, images), cost in _costs(rows).items():
        lines.setdefault(size, []).append((images, cost))
    for (size, points), colour in zip(
        lines.items(), colormaps["viridis"](np.linspace(0, 0.85, len(lines))), strict=True
    ):
        numbers = [images for images, _ in points]
        left.plot(numbers, [cost[RUN_SECONDS] for _, cost in points], "o-", ms=4, color=colour, label=f"{size} px")
        right.plot(numbers, [cost[MEMORY] for _, cost in points], "o-", ms=4, color=colour, label=f"{size} px")
        last, most = points[-1][1][RUN_SECONDS], numbers[-1]
        left.plot(numbers, [last * images / most for images in numbers], ":", lw=1, color=colour)
    left.set(xscale="log", yscale="log", xlabel="images", ylabel="seconds of a run")
    left.set_title("Time: dotted is exactly linear", fontsize=10, loc="left")
    right.set(xscale="log", xlabel="images", ylabel="MB beside the images", ylim=(0, None))
    right.set_title("Memory", fontsize=10, loc="left")
    left.legend(frameon=False, fontsize=9)
    return figure


def _costs(rows: Sequence[Row]) -> dict[tuple[int, int], Cost]:
    """Return what was measured by size and number of images, sorted."""
    costs = {
        (int(size), int(images)): {row.metric: row.value for row in own}
        for (size, images), own in by(rows, "size", "images").items()
    }
    return dict(sorted(costs.items()))
