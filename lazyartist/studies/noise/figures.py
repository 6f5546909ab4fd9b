"""Figures about noise, from rows: success against its size, what is proven and what is found, all pairs; torch-free."""

from __future__ import annotations

import math

from typing import TYPE_CHECKING, Any

import numpy as np

from matplotlib.figure import Figure

from lazyartist.criteria import ATTACK_EPSILON
from lazyartist.reporting.stats import estimate
from lazyartist.reporting.table import BUDGET, by, seeds_of_all, values
from lazyartist.studies import FIGURES
from lazyartist.studies.colours import FAINT, in_colour
from lazyartist.studies.inspection.metrics import run_keys
from lazyartist.studies.lazy import LAZY
from lazyartist.studies.noise.metrics import CERTIFIED, FLIP, MINIMAL, PAIR, SOURCE, TARGET
from lazyartist.studies.noise.numbers import in_paint, mean_matrix, size_words


if TYPE_CHECKING:
    from collections.abc import Sequence

    from lazyartist.reporting.row import Row


@FIGURES.register("noise")
def noise_figure(rows: Sequence[Row]) -> Figure:
    """Show success against the noise that is allowed, and each model's bracket; one line of panels per network."""
    rows = in_paint(rows, "own")
    cases = by(rows, *run_keys(rows, "strategy", *BUDGET))
    heights = [max(3.6, 0.3 * len({row.at["strategy"] for row in own}) + 1) for own in cases.values()]
    figure = Figure(figsize=(11, sum(heights)), layout="constrained")
    lines = figure.subplots(len(cases), 2, squeeze=False, gridspec_kw={"height_ratios": heights})
    for (left, right), ((dataset, network, *_), own) in zip(lines, cases.items(), strict=True):
        _curves(left, own)
        _brackets(right, own)
        left.set_title(f"{dataset}, {network}, {seeds_of_all(own)}", fontsize=10)
        right.set_title("proven to be too little – found to be enough (median)", fontsize=10)
        for panel in (left, right):
            panel.axvline(ATTACK_EPSILON, color="grey", lw=0.7, ls=":")
            panel.set(xlabel="largest pixel change ε", xscale="log")
    return figure


def _curves(panel: Any, rows: Sequence[Row]) -> None:
    for name, colour, own in in_colour(row for row in rows if row.metric == MINIMAL):
        noise = np.concatenate([np.asarray(row.detail, dtype=float) for row in own])
        noise = np.sort(noise[~np.isnan(noise)])  # NaN: taken for the target already, before any noise
        share = np.arange(1, len(noise) + 1) / len(noise)
        panel.step(
            noise[np.isfinite(noise)],
            share[np.isfinite(noise)],
            where="post",
            color=colour,
            label=name if colour != FAINT else None,
            lw=2 if name == LAZY else 1.2,
            zorder=2 if colour != FAINT else 1,
        )
    if FAINT in {line.get_color() for line in panel.lines}:
        panel.plot([], [], color=FAINT, label="the others")
    source, target = (next((row.at[k] for row in rows if k in row.at), d) for k, d in DEFAULTS.items())
    panel.set(ylabel=f"share of images of a {source} called {target}, over 90 % sure", ylim=(0, 1.02))
    panel.legend(frameon=False, fontsize=8, loc="upper center", bbox_to_anchor=(0.5, 0), borderaxespad=5, ncols=3)


DEFAULTS = {"source": SOURCE, "target": TARGET}


def _brackets(panel: Any, rows: Sequence[Row]) -> None:
    models = [(name, colour, v) for name, colour, own in in_colour(rows) if MINIMAL in (v := values(own))]
    models.sort(key=lambda model: estimate(model[2][MINIMAL].values()).mean)
    for line, (_, colour, v) in enumerate(models):
        top = estimate(v[MINIMAL].values()).mean
        if CERTIFIED in v:
            bottom = estimate(v[CERTIFIED].values()).mean
            panel.plot([bottom, top], [line, line], color=colour, lw=3, solid_capstyle="butt")
            panel.plot(bottom, line, marker="|", ms=10, color=colour)
        panel.plot(top, line, marker="v", color=colour, ms=6)
        if FLIP in v:
            flip = estimate(v[FLIP].values()).mean
            panel.plot(flip, line, marker="o", ms=5, mfc="white", color=colour)
    panel.set_yticks(range(len(models)), [name for name, _, _ in models], fontsize=8)
    panel.set_ylim(-0.7, len(models) - 0.3)
    panel.plot([], [], marker="v", ls="", color="grey", label="found, over 90 % sure")
    panel.plot([], [], marker="o", ls="", mfc="white", color="grey", label="found, answer flips")
    panel.plot([], [], marker="|", ls="", ms=10, color="grey", label="proven, over 90 % sure")
    panel.legend(frameon=False, fontsize=8, loc="upper center", bbox_to_anchor=(0.5, 0), borderaxespad=5, ncols=3)


@FIGURES.register("class_pairs")
def pairs_figure(rows: Sequence[Row]) -> Figure:
    """Show the median noise from every class to every other, one matrix per model, on one scale."""
    rows = [row for row in in_paint(rows, "own") if row.metric == PAIR]
    models = list(by(rows, *run_keys(rows)).values())
    matrices = [np.array(mean_matrix(own, PAIR)) for own in models]
    known = np.concatenate([m[np.isfinite(m)] for m in matrices])
    low, top = (float(known.min()), float(known.max())) if len(known) else (0.01, 1.0)
    figure = Figure(figsize=(4.2 * len(matrices), 4.2), layout="constrained")
    panels = figure.subplots(1, len(matrices), squeeze=False)[0]
    for panel, own, matrix in zip(panels, models, matrices, strict=True):
        image = panel.imshow(np.log10(matrix), cmap="viridis", vmin=np.log10(low), vmax=np.log10(top))
        for (i, j), value in np.ndenumerate(matrix):
            if not np.isnan(value):
                dark = np.log10(value) < (np.log10(low) + np.log10(top)) / 2
                text = size_words(value).lstrip("0")  # no room for what says nothing
                panel.text(j, i, text, ha="center", va="center", fontsize=6, color="white" if dark else "black")
        panel.set(xticks=range(len(matrix)), yticks=range(len(matrix)), xlabel="becomes a", ylabel="shows a")
        at = own[0].at
        panel.set_title(f"{at['strategy']}\n{at['dataset']}, {at['network']}, {len(own)} seeds", fontsize=10)
    marks = [mark for mark in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if low <= mark <= top]
    bar = figure.colorbar(image, ax=panels, shrink=0.8)
    bar.set_ticks([math.log10(mark) for mark in marks], labels=[f"{mark:g}" for mark in marks])
    bar.set_label("minimal ε that was found, over 90 % sure, median")
    return figure
