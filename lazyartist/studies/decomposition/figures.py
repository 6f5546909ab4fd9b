"""Figures about sparse autoencoders: steering curves, the variants' Pareto front, the page of features; torch-free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from matplotlib.figure import Figure

from lazyartist.options import split_options
from lazyartist.reporting.stats import estimate
from lazyartist.reporting.table import by, seeds_of_all, values
from lazyartist.studies import FIGURES
from lazyartist.studies.decomposition.cells import CASE, names_of
from lazyartist.studies.decomposition.metrics import (
    CONTROLS,
    DIRECTIONS,
    DOWN,
    EXPLAINED_VARIANCE,
    L0,
    STEER_COST,
    STEER_DOWN,
    STEER_UP,
    UP,
)


if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lazyartist.reporting.row import Row

INKS = ("#d1495b", "#00798c", "#edae49", "#30343f", "#7a5195", "#66a182")
DIRECTION_INKS = dict(zip(DIRECTIONS, INKS, strict=True))
TITLES = {
    STEER_UP: (UP, "turned up on other images:\ncalled the attribute value's class"),
    STEER_DOWN: (DOWN, "turned down on images with the value:\nstill called its class"),
    STEER_COST: (DOWN, "turned down on other images:\nanswers that change"),
}


@FIGURES.register("sae")
def sae_figure(rows: Sequence[Row]) -> Figure:
    """Show what the model answers while it is steered up and down; a line of panels for each dataset and network."""
    cases = list(by(rows, *CASE).values())
    figure = Figure(figsize=(10.5, 3.2 * len(cases) + 0.5), layout="constrained")
    lines = figure.subplots(len(cases), len(TITLES), squeeze=False)
    for line, own in zip(lines, cases, strict=True):
        for panel, (metric, (amounts, title)) in zip(line, TITLES.items(), strict=True):
            measured = by((row for row in own if row.metric == metric and row.detail), "direction")
            for direction in DIRECTIONS:
                if runs := measured.get((direction,)):
                    curves = np.array([np.mean(row.detail or [], axis=1) for row in runs])  # (seeds, amounts)
                    panel.plot(
                        range(len(amounts)), 100 * curves.mean(0), color=DIRECTION_INKS[direction], label=direction,
                        marker="o", ms=3, ls=":" if direction in CONTROLS else "-",
                    )  # fmt: skip
            panel.set(ylim=(-3, 103), xticks=range(len(amounts)), xticklabels=[f"{amount:g}" for amount in amounts])
            panel.set_title(title, fontsize=9)
            panel.set_xlabel("times the layer's usual deviation", fontsize=8)
        line[0].set_ylabel(f"{_title(own)}\nshare of images, %", fontsize=9)
    handles, labels = lines[0][0].get_legend_handles_labels()
    if handles:
        figure.legend(handles, labels, loc="outside lower center", ncols=6, frameon=False, fontsize=8)
    return figure


@FIGURES.register("sae_variants")
def sae_variants_figure(rows: Sequence[Row]) -> Figure:
    """Show the variance that is left unexplained against L0, one line per variant; a panel for each dataset."""
    cases = list(by(rows, *CASE).values())
    figure = Figure(figsize=(5.4 * len(cases), 4.0), layout="constrained")
    for panel, own in zip(figure.subplots(1, len(cases), squeeze=False)[0], cases, strict=True):
        lines: dict[str, list[tuple[float, float]]] = {}
        for (variant,), runs in by(own, "sae").items():
            v = values(runs)
            if {L0, EXPLAINED_VARIANCE} <= set(v):
                left = 100 - 100 * estimate(v[EXPLAINED_VARIANCE].values()).mean
                lines.setdefault(split_options(variant)[0], []).append((estimate(v[L0].values()).mean, left))
        for (name, marks), ink in zip(sorted(lines.items()), INKS, strict=False):
            panel.plot(*zip(*sorted(marks), strict=True), marker="o", ms=4, color=ink, label=name)
        panel.set(
            xlabel="L0: features that fire for an image", ylabel="unexplained variance, %", xscale="log", yscale="log"
        )
        ticks = (2, 4, 8, 16, 32)
        panel.set_xticks(ticks, [str(tick) for tick in ticks])
        shares = (0.25, 0.5, 1, 2, 4, 8)
        panel.set_yticks(shares, [f"{share:g}" for share in shares])
        panel.minorticks_off()
        panel.set_title(_title(own), fontsize=10)
        if lines:
            panel.legend(frameon=False, fontsize=9)
    return figure


@dataclass(frozen=True, eq=False)
class ShownFeature:
    """One feature of the page.

    Attributes:
        title: its name and how sure it is.
        images: (H, n × W, 3) in [0, 1], the images that it fires most for, side by side.
        curves: what is drawn beside them: a label -> (len(amounts),) shares of answers.
    """

    title: str
    images: NDArray[np.float32]
    curves: Mapping[str, Sequence[float]]


def features_page(columns: Mapping[str, Sequence[ShownFeature]], amounts: Sequence[float], title: str) -> Figure:
    """Show features with their top images and their steering curve, a column for each kind of feature."""
    length = max(map(len, columns.values()))
    figure = Figure(figsize=(8.6, 0.62 * length + 1.1), layout="constrained")
    ratios = {"width_ratios": [2.3, 1.2] * len(columns)}
    axes = figure.subplots(length, 2 * len(columns), squeeze=False, gridspec_kw=ratios)
    for i, (kind, features) in enumerate(columns.items()):
        for j in range(length):
            left, right = axes[j, 2 * i], axes[j, 2 * i + 1]
            if j >= len(features):
                left.set_axis_off()
                right.set_axis_off()
                continue
            _feature(left, right, features[j], amounts, last=j == len(features) - 1)
        axes[0, 2 * i].annotate(kind, (0, 1), (0, 18), "axes fraction", textcoords="offset points", fontsize=10)
    figure.suptitle(title, fontsize=11)
    return figure


def _title(rows: Sequence[Row]) -> str:
    return f"{', '.join(names_of(rows[0].at)[:2])}, {seeds_of_all(rows)}"


def _feature(left: Any, right: Any, feature: ShownFeature, amounts: Sequence[float], *, last: bool) -> None:
    left.imshow(feature.images, interpolation="none")  # keeps the pixels that there are
    left.set(xticks=[], yticks=[])
    left.set_title(feature.title, fontsize=8, loc="left", pad=2)
    for (label, shares), ink in zip(feature.curves.items(), INKS, strict=False):
        right.plot(range(len(amounts)), shares, color=ink, lw=1.4, label=label)
    right.set(ylim=(-0.05, 1.05), yticks=[], xticks=[])
    if feature.curves:
        right.set_title(", ".join(feature.curves), fontsize=7, pad=2)
    if last:
        right.set_xticks(range(len(amounts)), [f"{amount:g}" for amount in amounts], fontsize=6)
