"""The figure of the zoo: strategies × lies, coloured by norm score; torch-free."""

from __future__ import annotations

import math

from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from lazyartist.reporting.stats import norm_score
from lazyartist.reporting.table import epochs_words, seeds_of_all
from lazyartist.studies import FIGURES
from lazyartist.studies.cures.metrics import knows
from lazyartist.studies.lie_names import lies_told
from lazyartist.studies.zoo.tables import average_score, board_of, boards, scores_of


if TYPE_CHECKING:
    from collections.abc import Sequence

    from lazyartist.reporting.row import Row

MOST = 100  # the ends of the colour scale: nothing learnt beside plain training is white
PALE = 60  # dark words are read on what is paler


@FIGURES.register("zoo")
def zoo_figure(rows: Sequence[Row]) -> Figure:
    """Show the norm score of every strategy on every lie, one panel per dataset, network and budget."""
    shown = [board for board in boards(rows) if _compared(board)]
    if not shown:
        figure = Figure(figsize=(6, 1))
        figure.text(0.5, 0.5, "No norm score yet: it needs ERM, oracle and a cure on the same lie.", ha="center")
        return figure
    heights = [len(_compared(board)) + 2.6 for board in shown]
    figure = Figure(figsize=(9.5, 0.34 * sum(heights) + 0.6), layout="constrained")
    panels = figure.subplots(len(shown), 1, squeeze=False, gridspec_kw={"height_ratios": heights})[:, 0]
    for panel, own in zip(panels, shown, strict=True):
        image = _panel(panel, own)
    figure.colorbar(image, ax=list(panels), label="norm score: 0 is plain training, 100 the oracle", fraction=0.03)
    return figure


def _compared(rows: Sequence[Row]) -> list[str]:
    """The cures of a board, best mean norm score first."""
    board = board_of(rows)
    lies = lies_told(rows)
    cures = {str(row.at["strategy"]) for row in rows} - {"erm", "oracle"}
    average = {name: average_score(board, name, lies) for name in cures}
    return sorted((name for name in cures if not math.isnan(average[name])), key=lambda name: -average[name])


def _panel(panel: Any, rows: Sequence[Row]) -> Any:
    board, names = board_of(rows), _compared(rows)
    lies = lies_told(rows)
    table = [[_score(board, name, lie) for lie in lies] for name in names]
    image = panel.imshow(table, cmap="RdBu", vmin=-MOST, vmax=MOST, aspect="auto")
    for y, line in enumerate(table):
        for x, score in enumerate(line):
            words = "–" if math.isnan(score) else f"{score:.0f}"
            colour = "white" if abs(score) > PALE else "black"
            panel.text(x, y, words, ha="center", va="center", fontsize=8, color=colour)
    uses = {str(row.at["strategy"]): knows(row.origin.uses) for row in rows}
    panel.set(
        xticks=range(len(lies)), xticklabels=lies,
        yticks=range(len(names)), yticklabels=[f"{name} ({uses[name]})" for name in names],
    )  # fmt: skip
    panel.tick_params(labelsize=8, length=0)
    at = rows[0].at
    about = f"{at['dataset']}, {at['network']}, {epochs_words(at)}: {seeds_of_all(rows)}"
    panel.set_title(about, fontsize=10, loc="left")
    return image


def _score(board: Any, name: str, lie: str) -> float:
    own, erm, oracle = scores_of(board, name, lie)
    return norm_score(own, erm, oracle).mean if set(own) & set(erm) & set(oracle) else math.nan
