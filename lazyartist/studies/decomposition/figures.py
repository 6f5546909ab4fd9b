"""Figures about sparse autoencoders: dial curves, the variants' Pareto front, the page of features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from matplotlib.figure import Figure

from lazyartist.reporting.stats import estimate
from lazyartist.reporting.table import by, seeds_of_all
from lazyartist.studies.decomposition.tables import CASE, about


if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lazyartist.reporting.row import Row

UP, DOWN = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0), (0.0, 0.25, 0.5, 1.0, 2.0)  # as the study turns them
INKS = ("#d1495b", "#00798c", "#edae49", "#30343f", "#7a5195", "#66a182")
TITLES = {
    "dial_up": (UP, "turned up on other colours:\ncalled the colour's class"),
    "dial_down": (DOWN, "turned down on its own images:\nstill called the colour's class"),
    "dial_cost": (DOWN, "turned down, on other colours:\nanswers that change"),
}


def decomposition_figure(rows: Sequence[Row]) -> Figure:
    """Show what the model answers while colours are turned up and down; a line of panels for each dataset."""
    cases = by(rows, *CASE)
    figure = Figure(figsize=(10.5, 3.2 * len(cases) + 0.5), layout="constrained")
    lines = figure.subplots(len(cases), len(TITLES), squeeze=False)
    for line, ((dataset, _, model, _, _), mine) in zip(lines, cases.items(), strict=True):
        for place, (metric, (amounts, title)) in zip(line, TITLES.items(), strict=True):
            ways = by((row for row in mine if row.metric.startswith(metric)), "metric")
            order = sorted(ways, key=lambda key: list(INKS).index(_ink(key[0])))
            for (name,) in order:
                curves = np.array([np.mean(row.detail or [], axis=1) for row in ways[name,]])  # (seeds, amounts)
                place.plot(
                    range(len(amounts)), 100 * curves.mean(0), color=_ink(name), label=name.partition(": ")[2],
                    marker="o", ms=3, ls=":" if "random" in name else "-",
                )  # fmt: skip
            place.set(ylim=(-3, 103), xticks=range(len(amounts)), xticklabels=[f"{amount:g}" for amount in amounts])
            place.set_title(title, fontsize=9)
            place.set_xlabel("times the layer's usual deviation", fontsize=8)
        line[0].set_ylabel(f"{dataset}, {model}, {seeds_of_all(mine)}\nshare of images, %", fontsize=9)
    handles, labels = lines[0][0].get_legend_handles_labels()
    if handles:
        figure.legend(handles, labels, loc="outside lower center", ncols=6, frameon=False, fontsize=8)
    return figure


def _ink(metric: str) -> str:
    ways = ("features", "best feature", "difference of means", "raw channel", "random features", "random directions")
    return INKS[ways.index(metric.partition(": ")[2])]


def variants_figure(rows: Sequence[Row]) -> Figure:
    """Show the variance that is left unexplained against L0, a line a variant; a panel for each dataset."""
    cases = by(rows, *CASE)
    figure = Figure(figsize=(5.4 * len(cases), 4.0), layout="constrained")
    for place, ((dataset, _, model, _, _), mine) in zip(
        figure.subplots(1, len(cases), squeeze=False)[0], cases.items(), strict=True
    ):
        lines: dict[str, list[tuple[float, float]]] = {}
        for setting, v in about(mine).items():
            if {"l0", "explained_variance"} <= set(v):
                left = 100 - 100 * estimate(v["explained_variance"].values()).mean
                mark = (estimate(v["l0"].values()).mean, left)
                lines.setdefault(setting.partition(":")[0], []).append(mark)
        for (name, marks), ink in zip(sorted(lines.items()), INKS, strict=False):
            place.plot(*zip(*sorted(marks), strict=True), marker="o", ms=4, color=ink, label=name)
        place.set(
            xlabel="L0: features that fire for an image", ylabel="unexplained variance, %", xscale="log", yscale="log"
        )
        ticks = (2, 4, 8, 16, 32)
        place.set_xticks(ticks, [str(tick) for tick in ticks])
        shares = (0.25, 0.5, 1, 2, 4, 8)
        place.set_yticks(shares, [f"{share:g}" for share in shares])
        place.minorticks_off()
        place.set_title(f"{dataset}, {model}, {seeds_of_all(mine)}", fontsize=10)
        if lines:
            place.legend(frameon=False, fontsize=9)
    return figure


@dataclass(frozen=True, eq=False)
class Shown:
    """One feature of the page.

    Attributes:
        title: its name and how sure it is.
        images: (H, n × W, 3) in [0, 1], the images that it fires most for, side by side.
        curves: what is drawn beside them: a label -> (len(amounts),) shares of answers.
    """

    title: str
    images: NDArray[np.float32]
    curves: Mapping[str, Sequence[float]]


def features_page(columns: Mapping[str, Sequence[Shown]], amounts: Sequence[float], title: str) -> Figure:
    """Show features with their top images and the curve of their dial, a column for each kind."""
    length = max(map(len, columns.values()))
    figure = Figure(figsize=(8.6, 0.62 * length + 1.1), layout="constrained")
    ratios = {"width_ratios": [2.3, 1.2] * len(columns)}
    axes = figure.subplots(length, 2 * len(columns), squeeze=False, gridspec_kw=ratios)
    for i, (kind, shown) in enumerate(columns.items()):
        for j in range(length):
            left, right = axes[j, 2 * i], axes[j, 2 * i + 1]
            if j >= len(shown):
                left.set_axis_off()
                right.set_axis_off()
                continue
            _feature(left, right, shown[j], amounts, last=j == len(shown) - 1)
        axes[0, 2 * i].annotate(kind, (0, 1), (0, 18), "axes fraction", textcoords="offset points", fontsize=10)
    figure.suptitle(title, fontsize=11)
    return figure


def _feature(left: Any, right: Any, shown: Shown, amounts: Sequence[float], *, last: bool) -> None:
    left.imshow(shown.images, interpolation="none")  # keeps the pixels that there are
    left.set(xticks=[], yticks=[])
    left.set_title(shown.title, fontsize=8, loc="left", pad=2)
    for (label, shares), ink in zip(shown.curves.items(), INKS, strict=False):
        right.plot(range(len(amounts)), shares, color=ink, lw=1.4, label=label)
    right.set(ylim=(-0.05, 1.05), yticks=[], xticks=[])
    if shown.curves:
        right.set_title(", ".join(shown.curves), fontsize=7, pad=2)
    if last:
        right.set_xticks(range(len(amounts)), [f"{amount:g}" for amount in amounts], fontsize=6)
