"""Figures about cures: leaderboards with norm scores, and hard accuracy against the correlation; torch-free."""

from __future__ import annotations

import math

from itertools import cycle
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure
from matplotlib.patches import Patch

from lazyartist.criteria import CURE_HARD_OTHER
from lazyartist.reporting.layout import wrapped
from lazyartist.reporting.stats import Estimate, estimate, norm_score
from lazyartist.reporting.table import ACCURACIES, by, epochs_words, seeds_of_all, values
from lazyartist.studies import FIGURES
from lazyartist.studies.colours import colour_of
from lazyartist.studies.cures.metrics import KNOWS, knows
from lazyartist.studies.cures.numbers import by_lie, judged_by, mean
from lazyartist.studies.lie_names import dataset_words, lie_of
from lazyartist.studies.settings import settings


if TYPE_CHECKING:
    from collections.abc import Sequence

    from lazyartist.reporting.row import At, Row

EASY = ACCURACIES[0]
UNMEASURED = Estimate(math.nan, math.nan, math.nan, 0)
# one colour for each degree of knowledge, the ceiling first: the less, the paler; none is that of a strategy
INKS = dict(zip(KNOWS, ("#14213d", "#1d5c9e", "#5b9bd1", "#a9cbe8"), strict=True))
SHOWN = (-60, 110)  # of norm scores; a bar that is longer says its number


@FIGURES.register("cures")
def cures_figure(rows: Sequence[Row]) -> Figure:
    """Show easy beside hard accuracy of every strategy, and its norm score; a line of panels for each leaderboard."""
    boards = list(settings(rows, "strategy"))
    sizes = [len(by(own, "strategy")) for _, own in boards]
    figure = Figure(figsize=(11, sum(0.23 * size + 1.3 for size in sizes)), layout="constrained")
    ratios = {"height_ratios": [size + 3 for size in sizes], "width_ratios": [3, 2]}
    lines = figure.subplots(len(boards), 2, squeeze=False, gridspec_kw=ratios)
    for (left, right), (at, own) in zip(lines, boards, strict=True):
        _leaderboard(left, right, own)
        left.set_title(f"{_caption(at)}: {seeds_of_all(own)}", fontsize=10, loc="left")
    keys = [Patch(color=ink, label=label) for label, ink in INKS.items()]
    figure.legend(handles=keys, title="knows", frameon=False, fontsize=9, ncols=len(keys), loc="outside upper center")
    return figure


def _leaderboard(left: Any, right: Any, rows: Sequence[Row]) -> None:
    results = {name: values(own) for (name,), own in by(rows, "strategy").items()}
    uses = {row.at["strategy"]: row.origin.uses for row in rows}
    hard = {name: judged_by(v) for name, v in results.items()}
    erm, oracle = hard.get("erm", {}), hard.get("oracle", {})
    # best at the top within what each knows
    order = sorted(results, key=lambda name: (-KNOWS.index(knows(uses[name])), mean(hard[name])))
    for y, name in enumerate(order):
        ink = INKS[knows(uses[name])]
        for by_seed, marker in ((hard[name], "o"), (results[name].get(EASY, {}), "|")):
            if by_seed:
                _mark(left, y, estimate(by_seed.values()), ink, marker)
        if name not in {"erm", "oracle"} and set(hard[name]) & set(erm) & set(oracle):
            score = norm_score(hard[name], erm, oracle)
            right.barh(y, score.mean, xerr=_half(score), color=ink, height=0.7)
            if score.mean < SHOWN[0]:
                right.text(SHOWN[0], y, f" ◂ −{-score.mean:.0f}", va="center", fontsize=8)
    left.axvline(100 * CURE_HARD_OTHER.threshold, color="grey", lw=0.7, ls=":")
    left.set(yticks=range(len(order)), yticklabels=order, xlim=(0, 100))
    left.set_xlabel("accuracy, %:  ● hard (mean of the hard splits)   | easy")
    right.axvline(100, color="grey", lw=0.7, ls=":")
    right.set(yticks=[], xlabel="norm score: 0 is matched ERM, 100 the oracle", xlim=SHOWN, ylim=left.get_ylim())
    left.tick_params(axis="y", labelsize=8)


@FIGURES.register("correlation")
def correlation_figure(rows: Sequence[Row]) -> Figure:
    """Show hard accuracy against the correlation, a line per strategy with the band of its interval.

    A line is broken where nothing was measured.
    """
    boards = list(by_lie(rows))
    figure, panels = wrapped(len(boards), 6.4, 4.0, across=2)
    colours: dict[str, str] = {}
    for (name,) in by(rows, "strategy"):
        colours[str(name)] = colour_of(str(name), colours.values())
    markers = dict(zip(colours, cycle("osD^vPX*<>"), strict=False))
    lines: dict[str, Any] = {}
    for panel, (at, own) in zip(panels, boards, strict=True):
        marks = [mark for (mark,) in by(own, "correlation")]
        for (name,), runs in by(own, "strategy").items():
            hard = {mark: judged_by(values(some)) for (mark,), some in by(runs, "correlation").items()}
            shown = [estimate(hard[mark].values()) if hard.get(mark) else UNMEASURED for mark in marks]
            look = {"color": colours[name], "marker": markers[name], "ms": 4, "label": name}
            (lines[name],) = panel.plot([100 * e.mean for e in shown], **look)
            low, high = ([100 * (e.mean - side * _half(e)) for e in shown] for side in (1, -1))
            panel.fill_between(range(len(marks)), low, high, color=colours[name], alpha=0.15, lw=0)
        panel.set(
            xticks=range(len(marks)), xticklabels=[f"{100 * mark:g}" for mark in marks], ylim=(0, 100),
            xlabel="training images with their class's own attribute, %", ylabel="hard accuracy, %",
            title=f"{lie_of(at)}: {at['dataset']}, {at['network']}, {epochs_words(at)}, {seeds_of_all(own)}",
        )  # fmt: skip
    figure.legend(handles=list(lines.values()), frameon=False, fontsize=9, ncols=5, loc="outside upper center")
    return figure


def _caption(at: At) -> str:
    return f"{dataset_words(at)}, {at['network']}, {epochs_words(at)}"


def _mark(panel: Any, y: int, e: Estimate, ink: str, marker: str) -> None:
    panel.errorbar(100 * e.mean, y, xerr=100 * _half(e), fmt=marker, color=ink, ms=5, lw=1.2)


def _half(e: Estimate) -> float:
    """Half the width of the interval; 0 where there is none."""
    return 0.0 if math.isnan(e.half_width) else e.half_width
