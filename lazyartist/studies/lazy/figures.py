"""The figures about lazy models, and the picture of a dataset; torch-free."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from matplotlib.figure import Figure

from lazyartist.reporting.layout import wrapped
from lazyartist.reporting.stats import estimate
from lazyartist.reporting.table import ACCURACIES, BUDGET, DATA, by, seeds_of_all, values
from lazyartist.studies import FIGURES
from lazyartist.studies.lazy import LAZY
from lazyartist.studies.lie_names import dataset_words
from lazyartist.studies.settings import settings


if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from lazyartist.reporting.row import Row

LABELS = dict(zip(ACCURACIES, ("easy", "hard, rotated", "hard, other"), strict=True))
INKS = dict(zip(ACCURACIES, ("#30343f", "#d1495b", "#edae49"), strict=True))
CASE = {"dataset": "mnist", "network": "simple_cnn", "strategy": LAZY}  # the exercise's own, shown if it was measured


@FIGURES.register("lazy")
def lazy_figure(rows: Sequence[Row]) -> Figure:
    """Show what the lazy model answers: confusion where it looks fine and where colours are swapped, and the proof."""
    cases = by(rows, "dataset", "network", "strategy", *BUDGET, *DATA)
    runs = min(cases.values(), key=lambda runs: sum(runs[0].at.get(key) != value for key, value in CASE.items()))
    shown = {
        "easy_accuracy": "easy: right, it seems",
        "hard_rotated_accuracy": "hard, rotated: one colour's class for another",
        "follows_bias": "every class in every colour:\nshare called the colour's class",
    }
    n = len({row.seed for row in runs})
    figure = Figure(figsize=(11, 3.9), layout="constrained")
    for panel, (metric, title) in zip(figure.subplots(1, 3), shown.items(), strict=True):
        panel.set_title(title, fontsize=10)
        details = [np.asarray(row.detail) for row in runs if row.metric == metric]
        if not details:
            panel.set_axis_off()
            continue
        table = np.sum(details, axis=0)
        _matrix(panel, table / n if metric == "follows_bias" else table / table.sum(1, keepdims=True))
        panel.set_xlabel("painted in the colour of class" if metric == "follows_bias" else "answer")
        panel.set_ylabel("true class")
    at = runs[0].at
    figure.suptitle(f"The lazy model ({at['network']}) on {at['dataset']}, mean of {n} seeds", fontsize=11)
    return figure


@FIGURES.register("budget")
def budget_figure(rows: Sequence[Row]) -> Figure:
    """Show easy and hard accuracy against gradient steps, with the band of the 95 % interval; a panel per setting."""
    cases = list(settings(rows, "step"))
    several = len({row.at["strategy"] for row in rows}) > 1
    figure, panels = wrapped(len(cases), 5.4, 3.8, across=3)
    for panel, (at, own) in zip(panels, cases, strict=True):
        checkpoints = {step: values(runs) for (step,), runs in by(own, "step").items()}
        for metric, label in LABELS.items():
            steps = [step for step, v in checkpoints.items() if metric in v]
            marks = [estimate(checkpoints[step][metric].values()) for step in steps]
            panel.plot(steps, [e.mean for e in marks], color=INKS[metric], label=label, marker=".", ms=4)
            ends = [e.low for e in marks], [e.high for e in marks]
            panel.fill_between(steps, *ends, color=INKS[metric], alpha=0.2, lw=0)
        for threshold in (0.2, 0.95):
            panel.axhline(threshold, color="grey", lw=0.7, ls=":")
        panel.set(xlabel="gradient steps of plain ERM", ylabel="accuracy", ylim=(0, 1), xscale="log")
        strategy = f", {at['strategy']}" if several else ""
        panel.set_title(f"{dataset_words(at)}, {at['network']}{strategy}, {seeds_of_all(own)}", fontsize=10)
        panel.legend(frameon=False, fontsize=9, loc="upper center", bbox_to_anchor=(0.5, -0.15), ncols=4)
    return figure


def dataset_figure(pictures: Mapping[str, NDArray[np.float32]], titles: Sequence[str]) -> Figure:
    """Show the splits: one line of images for each, one column per class. Pictures are (classes, H, W, 3) in [0, 1]."""
    columns = len(titles)
    figure = Figure(figsize=(0.75 * columns + 1.2, 0.85 * len(pictures) + 0.2))
    axes = figure.subplots(len(pictures), columns, squeeze=False)
    for line, (name, images) in zip(axes, pictures.items(), strict=True):
        for panel, image in zip(line, images, strict=True):
            panel.imshow(image, interpolation="nearest")
            panel.set(xticks=[], yticks=[])
        line[0].set_ylabel(name, rotation=0, ha="right", va="center")
    for panel, title in zip(axes[0], titles, strict=True):
        panel.set_title(title, fontsize=9)
    return figure


def _matrix(panel: Any, share: NDArray[np.float64]) -> None:
    panel.imshow(share, vmin=0, vmax=1, cmap="Blues")
    for (i, j), value in np.ndenumerate(share):
        if value >= 0.005:
            ink = "white" if value > 0.5 else "black"
            panel.text(j, i, f"{100 * value:.0f}", ha="center", va="center", fontsize=6.5, color=ink)
    panel.set(xticks=range(share.shape[1]), yticks=range(share.shape[0]))
