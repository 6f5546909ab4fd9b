"""Figures as functions of rows or pixels, which come out byte for byte the same."""

from __future__ import annotations

import io

from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np

from matplotlib.figure import Figure

from lazyartist.files import write_bytes
from lazyartist.studies.cures.figures import correlation_figure, strategies_figure
from lazyartist.studies.decomposition.figures import decomposition_figure, variants_figure
from lazyartist.studies.noise.figures import noise_figure, pairs_figure
from lazyartist.reporting.layout import panels
from lazyartist.studies.inspection.figures import probes_figure
from lazyartist.reporting.stats import estimate
from lazyartist.reporting.table import by, values


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from lazyartist.reporting.row import Row

LABELS = {"easy_accuracy": "easy", "hard_rotated_accuracy": "hard, rotated", "hard_other_accuracy": "hard, other"}


def save(draw: Callable[[], Figure], path: Path) -> None:
    """Draw a figure with matplotlib's own defaults and write it as SVG, PNG or JPEG, by the suffix of the path.

    The same figure gives the same bytes: there is no date, and identifiers are fixed.
    """
    kind = path.suffix.removeprefix(".")
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update({"svg.hashsalt": "lazyartist", "svg.fonttype": "path"})
        content = io.BytesIO()
        draw().savefig(content, format=kind, bbox_inches="tight", dpi=110, **_OPTIONS[kind])
    write_bytes(path, content.getvalue())


_OPTIONS: dict[str, dict[str, Any]] = {
    "svg": {"metadata": {"Date": None, "Creator": None}},
    "png": {"metadata": {"Software": None}},
    "jpg": {"pil_kwargs": {"quality": 85, "subsampling": 0}},  # for hundreds of noisy pictures, a third of a PNG
}


def canvas(pictures: Mapping[str, NDArray[np.float32]], words: Sequence[str]) -> Figure:
    """Show the splits: one line of images for each, one column a class. Pictures are (classes, H, W, 3) in [0, 1]."""
    columns = len(words)
    figure = Figure(figsize=(0.75 * columns + 1.2, 0.85 * len(pictures) + 0.2))
    axes = figure.subplots(len(pictures), columns, squeeze=False)
    for line, (title, images) in zip(axes, pictures.items(), strict=True):
        for place, image in zip(line, images, strict=True):
            place.imshow(image, interpolation="nearest")
            place.set(xticks=[], yticks=[])
        line[0].set_ylabel(title, rotation=0, ha="right", va="center")
    for label, (place, word) in enumerate(zip(axes[0], words, strict=True)):
        place.set_title(f"{label}: {word}", fontsize=9)
    return figure


def lazy_figure(rows: Sequence[Row]) -> Figure:
    """Show what the lazy model answers: confusion where it looks fine and where colours are swapped, and the proof."""
    # the exercise's own case, if it was measured
    cases = by(rows, "dataset", "model", "strategy", "budget", "task")
    case = min(cases, key=lambda case: (case[:3] != ("mnist", "simple_cnn", "lazy"), case))
    dataset, model, mine = *case[:2], cases[case]
    shown = {
        "easy_accuracy": "easy: right, it seems",
        "hard_rotated_accuracy": "hard, rotated: one colour's class for another",
        "follows_colour": "every class in every colour:\nshare called the colour's class",
    }
    n = len({row.seed for row in mine})
    figure = Figure(figsize=(11, 3.9), layout="constrained")
    for place, (metric, title) in zip(figure.subplots(1, 3), shown.items(), strict=True):
        table = np.sum([np.asarray(row.detail) for row in mine if row.metric == metric], axis=0)
        share = table / table.sum(1, keepdims=True) if metric != "follows_colour" else table / n
        _matrix(place, share)
        place.set_title(title, fontsize=10)
        place.set_xlabel("painted in the colour of class" if metric == "follows_colour" else "answer")
        place.set_ylabel("true class")
    figure.suptitle(f"The lazy model ({model}) on {dataset}, mean of {n} seeds", fontsize=11)
    return figure


def budget_figure(rows: Sequence[Row]) -> Figure:
    """Show easy and hard accuracy against gradient steps, with the band of the 95 % interval."""

    def draw(place: Any, mine: Sequence[Row]) -> None:
        looks = sorted((int(budget.split()[0]), values(found)) for (budget,), found in by(mine, "budget").items())
        steps = [step for step, _ in looks]
        for metric, colour in zip(LABELS, ("#30343f", "#d1495b", "#edae49"), strict=True):
            marks = [estimate(v[metric].values()) for _, v in looks]
            place.plot(steps, [e.mean for e in marks], color=colour, label=LABELS[metric], marker=".", ms=4)
            place.fill_between(steps, [e.low for e in marks], [e.high for e in marks], color=colour, alpha=0.2, lw=0)
        for threshold in (0.2, 0.95):
            place.axhline(threshold, color="grey", lw=0.7, ls=":")
        place.set(xlabel="gradient steps of plain ERM", ylabel="accuracy", ylim=(0, 1), xscale="log")

    return panels(rows, draw)


def _matrix(place: Any, share: NDArray[np.float64]) -> None:
    place.imshow(share, vmin=0, vmax=1, cmap="Blues")
    for (i, j), value in np.ndenumerate(share):
        if value >= 0.005:
            ink = "white" if value > 0.5 else "black"
            place.text(j, i, f"{100 * value:.0f}", ha="center", va="center", fontsize=6.5, color=ink)
    ticks = range(len(share))
    place.set(xticks=ticks, yticks=ticks)


DRAWERS: dict[str, Callable[[Sequence[Row]], Figure]] = {
    "lazy": lazy_figure,
    "budget": budget_figure,
    "cures": strategies_figure,
    "correlation": correlation_figure,
    "noise": noise_figure,
    "probes": probes_figure,
    "class_pairs": pairs_figure,
    "sae": decomposition_figure,
    "sae_variants": variants_figure,
}
