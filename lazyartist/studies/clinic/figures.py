"""The figure of the clinic: how far every remedy goes, case by case; torch-free."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lazyartist.reporting.stats import estimate
from lazyartist.reporting.table import by, seeds_of_all, values
from lazyartist.studies import FIGURES
from lazyartist.studies.clinic import metrics as names


if TYPE_CHECKING:
    from collections.abc import Sequence

    from lazyartist.reporting.row import Row

BEST, OTHER, THEIRS = "#00798c", "#9aa0a6", "#d1495b"
LEFT = -60.0  # what harms more stands at the edge, with its number


@FIGURES.register("clinic")
def clinic_figure(rows: Sequence[Row]) -> Figure:
    """Show the norm score of every remedy, a block of lines for each case, with the seeds as dots."""
    scored = [row for row in rows if row.metric in (names.NORM_SCORE, names.WRITE_UP)]
    lines: list[tuple[str, str, list[float], float | None]] = []
    for (case,), own in by(scored, "case").items():
        block = []
        for (remedy,), of_remedy in by(own, "remedy").items():
            found = values(of_remedy)
            reported = next(iter(found.get(names.WRITE_UP, {}).values()), None)
            block.append((str(remedy), list(found[names.NORM_SCORE].values()), reported))
        block.sort(key=lambda line: -estimate(line[1]).mean)
        lines += [(case if not place else "", *line) for place, line in enumerate(block)]
    figure = Figure(figsize=(9, 0.27 * len(lines) + 1.4), layout="constrained")
    panel = figure.subplots()
    for y, (case, _, scores, theirs) in enumerate(lines):
        mean, ink = estimate(scores).mean, BEST if case else OTHER
        panel.barh(y, max(mean, LEFT), color=ink, height=0.62, alpha=0.85)
        panel.plot([max(score, LEFT) for score in scores], [y] * len(scores), "o", color="black", ms=2.5)
        if mean < LEFT:
            panel.text(LEFT + 1, y, f"{mean:.0f}", va="center", fontsize=8, color="white")
        if theirs is not None:
            panel.plot([theirs], [y], "D", color=THEIRS, ms=6, mec="white", mew=0.6, zorder=3)
        if case and y:
            panel.axhline(y - 0.5, color="lightgrey", lw=0.7)
    labels = [f"{case}   {remedy}" if case else remedy for case, remedy, *_ in lines]
    panel.set(yticks=range(len(lines)), yticklabels=labels, xlim=(LEFT, 112), ylim=(len(lines) - 0.5, -0.5))
    panel.tick_params(axis="y", labelsize=8)
    panel.axvline(100, color="grey", lw=0.7, ls=":")
    panel.axvline(0, color="black", lw=0.7)
    panel.set_xlabel(f"norm score: 0 is the broken model, 100 the same never broken ({seeds_of_all(rows)})")
    keys = [
        Line2D([], [], color=BEST, lw=6, label="the case's best remedy"),
        Line2D([], [], color=OTHER, lw=6, label="other remedies"),
        Line2D([], [], color="black", marker="o", lw=0, ms=3, label="a seed"),
        Line2D([], [], color=THEIRS, marker="D", lw=0, label="the write-up's, on the olympiad's data"),
    ]
    figure.legend(handles=keys, frameon=False, fontsize=8, ncols=4, loc="outside upper center")
    return figure
