"""Figures about ways to train: leaderboards with norm scores, and the correlation as a knob."""

from __future__ import annotations

import math

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure
from matplotlib.patches import Patch

from lazyartist.criteria import CURE_HARD_OTHER
from lazyartist.studies.cures.tables import KNOWS, correlation_of, knows
from lazyartist.reporting.stats import Estimate, estimate, norm_score
from lazyartist.reporting.table import Values, by, hard_accuracy, seeds_of_all, values


if TYPE_CHECKING:
    from lazyartist.reporting.row import Row

# one colour for each degree of knowledge, the ceiling first
INKS = dict(zip(KNOWS, ("#30343f", "#d1495b", "#00798c", "#edae49"), strict=True))


def strategies_figure(rows: Sequence[Row]) -> Figure:
    """Show easy beside hard accuracy of every strategy, and its norm score; a line of panels for each leaderboard."""
    boards = by(rows, "dataset", "task", "model", "budget")
    sizes = [len({row.strategy for row in mine}) for mine in boards.values()]
    figure = Figure(figsize=(11, sum(0.23 * size + 1.3 for size in sizes)), layout="constrained")
    ratios = {"height_ratios": [size + 3 for size in sizes], "width_ratios": [3, 2]}
    lines = figure.subplots(len(boards), 2, squeeze=False, gridspec_kw=ratios)
    for (left, right), ((dataset, _, model, budget), mine) in zip(lines, boards.items(), strict=True):
        _leaderboard(left, right, mine)
        left.set_title(f"{dataset}, {model}, {budget.partition(',')[0]}: {seeds_of_all(mine)}", fontsize=10, loc="left")
    keys = [Patch(color=ink, label=label) for label, ink in INKS.items()]
    figure.legend(handles=keys, title="knows", frameon=False, fontsize=9, ncols=len(keys), loc="outside upper center")
    return figure


def _leaderboard(left: Any, right: Any, rows: Sequence[Row]) -> None:
    found: dict[str, Values] = {name: values(mine) for (name,), mine in by(rows, "strategy").items()}
    uses = {row.strategy: row.uses for row in rows}
    hard = {name: hard_accuracy(v) for name, v in found.items()}
    # best at the top within what each knows
    order = sorted(found, key=lambda name: (-KNOWS.index(knows(uses[name])), estimate(hard[name].values()).mean))
    for y, name in enumerate(order):
        ink = INKS[knows(uses[name])]
        _mark(left, y, estimate(hard[name].values()), ink, "o")
        _mark(left, y, estimate(found[name]["easy_accuracy"].values()), ink, "|")
        if {"erm", "oracle"} <= set(hard) and name not in {"erm", "oracle"}:
            score = norm_score(hard[name], hard["erm"], hard["oracle"])
            right.barh(y, score.mean, xerr=_half(score), color=ink, height=0.7)
    left.axvline(100 * CURE_HARD_OTHER.threshold, color="grey", lw=0.7, ls=":")
    left.set(yticks=range(len(order)), yticklabels=order, xlim=(0, 100))
    left.set_xlabel("accuracy, %:  ● hard (mean of both splits)   | easy")
    right.axvline(100, color="grey", lw=0.7, ls=":")
    right.set(yticks=[], xlabel="norm score: 0 is matched ERM, 100 the oracle", xlim=(-60, 110), ylim=left.get_ylim())
    left.tick_params(axis="y", labelsize=8)


def correlation_figure(rows: Sequence[Row]) -> Figure:
    """Show hard accuracy against the correlation, a line a strategy with the band of its interval."""
    boards = by(rows, "dataset", "model", "budget")
    figure = Figure(figsize=(6.4 * len(boards), 4.4), layout="constrained")
    for place, ((dataset, model, budget), mine) in zip(
        figure.subplots(1, len(boards), squeeze=False)[0], boards.items(), strict=True
    ):
        marks = sorted({correlation_of(row) for row in mine})
        for (name,), found in by(mine, "strategy").items():
            at = {
                correlation_of(runs[0]): estimate(hard_accuracy(values(runs)).values())
                for runs in by(found, "task").values()
            }
            x = [marks.index(mark) for mark in sorted(at)]
            shown = [at[mark] for mark in sorted(at)]
            (line,) = place.plot(x, [100 * e.mean for e in shown], marker="o", ms=3, label=name)
            low, high = ([100 * (e.mean - s * _half(e)) for e in shown] for s in (1, -1))
            place.fill_between(x, low, high, color=line.get_color(), alpha=0.15, lw=0)
        place.set(
            xticks=range(len(marks)), xticklabels=[f"{100 * mark:g}" for mark in marks], ylim=(0, 100),
            xlabel="training images in their class's colour, %", ylabel="hard accuracy, % (mean of both splits)",
            title=f"{dataset}, {model}, {budget.partition(',')[0]}, {seeds_of_all(mine)}",
        )  # fmt: skip
        place.legend(frameon=False, fontsize=8)
    return figure


def _mark(place: Any, y: int, e: Estimate, ink: str, marker: str) -> None:
    place.errorbar(100 * e.mean, y, xerr=100 * _half(e), fmt=marker, color=ink, ms=5, lw=1.2)


def _half(e: Estimate) -> float:
    """Half the width of the interval; 0 where there is none."""
    return 0.0 if math.isnan(e.half_width) else e.half_width
