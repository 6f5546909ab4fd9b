"""Figures about noise: success against its size, what is proven beside what is found, all pairs, and pictures of it."""

from __future__ import annotations

import math

from typing import TYPE_CHECKING, Any

import numpy as np

from matplotlib.figure import Figure

from lazyartist.criteria import ATTACK_EPSILON
from lazyartist.reporting.style import FAINT
from lazyartist.studies.noise.numbers import square, written
from lazyartist.reporting.layout import in_colour
from lazyartist.reporting.stats import estimate
from lazyartist.reporting.table import by, seeds_of_all, values


if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from lazyartist.reporting.row import Row

LOUD = 10  # times the difference is shown


def noise_figure(rows: Sequence[Row]) -> Figure:
    """Show success against the noise that is allowed, and each model's bracket; a line of panels for each network."""
    cases = by(rows, "dataset", "model", "task")
    heights = [max(3.6, 0.3 * len({row.strategy for row in mine}) + 1) for mine in cases.values()]
    figure = Figure(figsize=(11, sum(heights)), layout="constrained")
    lines = figure.subplots(len(cases), 2, squeeze=False, gridspec_kw={"height_ratios": heights})
    for (left, right), ((dataset, model, _), mine) in zip(lines, cases.items(), strict=True):
        _curves(left, mine)
        _brackets(right, mine)
        left.set_title(f"{dataset}, {model}, {seeds_of_all(mine)}", fontsize=10)
        right.set_title("proven to be too little – found to be enough (median)", fontsize=10)
        for place in (left, right):
            place.axvline(ATTACK_EPSILON, color="grey", lw=0.7, ls=":")
            place.set(xlabel="largest pixel change ε", xscale="log")
    return figure


def _curves(place: Any, rows: Sequence[Row]) -> None:
    for name, colour, found in in_colour(row for row in rows if row.metric == "smallest_epsilon"):
        needed = np.concatenate([np.asarray(row.detail, dtype=float) for row in found])
        needed = np.sort(needed[~np.isnan(needed)])  # who was a 3 before is none that was made one
        share = np.arange(1, len(needed) + 1) / len(needed)
        place.step(
            needed[np.isfinite(needed)],
            share[np.isfinite(needed)],
            where="post",
            color=colour,
            label=name if colour != FAINT else None,
            lw=2 if name == "lazy" else 1.2,
            zorder=2 if colour != FAINT else 1,
        )
    if FAINT in {line.get_color() for line in place.lines}:
        place.plot([], [], color=FAINT, label="the others")
    place.set(ylabel="share of sevens called 3, over 90 % sure", ylim=(0, 1.02))
    place.legend(frameon=False, fontsize=8, loc="upper center", bbox_to_anchor=(0.5, 0), borderaxespad=5, ncols=3)


def _brackets(place: Any, rows: Sequence[Row]) -> None:
    found = [(name, colour, values(mine)) for name, colour, mine in in_colour(rows)]
    found.sort(key=lambda item: estimate(item[2]["smallest_epsilon"].values()).mean)
    for line, (_, colour, v) in enumerate(found):
        top = estimate(v["smallest_epsilon"].values()).mean
        if "certified_epsilon" in v:
            bottom = estimate(v["certified_epsilon"].values()).mean
            place.plot([bottom, top], [line, line], color=colour, lw=3, solid_capstyle="butt")
            place.plot(bottom, line, marker="|", ms=10, color=colour)
        place.plot(top, line, marker="v", color=colour, ms=6)
        if "flip_epsilon" in v:
            flip = estimate(v["flip_epsilon"].values()).mean
            place.plot(flip, line, marker="o", ms=5, mfc="white", color=colour)
    place.set_yticks(range(len(found)), [name for name, _, _ in found], fontsize=8)
    place.set_ylim(-0.7, len(found) - 0.3)
    place.plot([], [], marker="v", ls="", color="grey", label="found, over 90 % sure")
    place.plot([], [], marker="o", ls="", mfc="white", color="grey", label="found, answer flips")
    place.plot([], [], marker="|", ls="", ms=10, color="grey", label="proven, over 90 % sure")
    place.legend(frameon=False, fontsize=8, loc="upper center", bbox_to_anchor=(0.5, 0), borderaxespad=5, ncols=3)


def pairs_figure(rows: Sequence[Row]) -> Figure:
    """Show the median noise from every class to every other, one square a model, on one scale."""
    cases = by((row for row in rows if row.metric == "pair_epsilon"), "dataset", "model", "strategy", "budget")
    squares = {case: np.array(square(mine, "pair_epsilon")) for case, mine in cases.items()}
    known = np.concatenate([s[np.isfinite(s)] for s in squares.values()])
    low, top = (float(known.min()), float(known.max())) if len(known) else (0.01, 1.0)
    figure = Figure(figsize=(4.2 * len(squares), 4.2), layout="constrained")
    places = figure.subplots(1, len(squares), squeeze=False)[0]
    for place, (case, s) in zip(places, squares.items(), strict=True):
        image = place.imshow(np.log10(s), cmap="viridis", vmin=np.log10(low), vmax=np.log10(top))
        for (i, j), value in np.ndenumerate(s):
            if not np.isnan(value):
                dark = np.log10(value) < (np.log10(low) + np.log10(top)) / 2
                text = written(value).removeprefix("0")  # no room for what says nothing
                place.text(j, i, text, ha="center", va="center", fontsize=6, color="white" if dark else "black")
        place.set(xticks=range(len(s)), yticks=range(len(s)), xlabel="becomes a", ylabel="shows a")
        place.set_title(f"{case[2]}\n{case[0]}, {case[1]}, {len(cases[case])} seeds", fontsize=10)
    marks = [mark for mark in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if low <= mark <= top]
    bar = figure.colorbar(image, ax=places, shrink=0.8)
    bar.set_ticks([math.log10(mark) for mark in marks], labels=[f"{mark:g}" for mark in marks])
    bar.set_label("smallest ε that was found, over 90 % sure, median")
    return figure


def adversaries(pictures: Mapping[str, tuple[NDArray[np.float32], NDArray[np.float32], str]]) -> Figure:
    """Show original, adversarial image, difference and ten times the difference: one line a model.

    Args:
        pictures: by the model's name, original and adversarial image, (H, W, 3) in [0, 1], and what to say of them.
    """
    columns = ("original", "with noise", "difference", f"difference × {LOUD}")
    figure = Figure(figsize=(1.5 * len(columns) + 2.2, 1.55 * len(pictures) + 0.3), layout="constrained")
    lines = figure.subplots(len(pictures), len(columns), squeeze=False)
    for line, (name, (before, after, words)) in zip(lines, pictures.items(), strict=True):
        change = after - before
        # no change is middle grey
        shown = (before, after, 0.5 + change / 2, (0.5 + LOUD * change / 2).clip(0, 1))
        for place, image in zip(line, shown, strict=True):
            place.imshow(image, interpolation="nearest")
            place.set(xticks=[], yticks=[])
        line[0].set_ylabel(f"{name}\n{words}", rotation=0, ha="right", va="center", fontsize=8)
    for place, title in zip(lines[0], columns, strict=True):
        place.set_title(title, fontsize=9)
    return figure
