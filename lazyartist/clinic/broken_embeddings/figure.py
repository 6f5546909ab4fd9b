"""What a broken table of embeddings does to the vectors of texts, and what a treatment does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import torch

from matplotlib.figure import Figure

from lazyartist.clinic import CASE_FIGURES
from lazyartist.clinic.broken_embeddings.case import Sealed


if TYPE_CHECKING:
    from torch import Tensor

    from lazyartist.clinic.examine import Examination

SIZE, ROW = 2.9, 0.13  # inches of a map, and of a row of the table
ROWS, COLUMNS = 20, 80  # of the table that are shown
LINE = 0.045  # of the map's height, for a name
BOX = {"boxstyle": "round,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.7}


@CASE_FIGURES.register("broken_embeddings")
def draw(found: Examination) -> Figure:
    """Show texts as the frozen probe sees them, and some rows of the table: broken, treated, and never broken."""
    patient, sealed = found.admission.patient, found.admission.sealed
    before = found.case.baseline(patient, found.seed)
    states = (
        ("broken", before.table, found.case.judge(before, sealed)),
        (f"after {found.remedy}", found.treated.table, found.score),
        ("never broken", sealed.encoder.table, found.ends.scores["oracle"]),
    )
    vectors = [sealed.encoder.encode(table, sealed.texts) for _, table, _ in states]
    axes, middle = _axes(vectors[-1], sealed)
    width, height = 3 * (SIZE + 0.1) + 1.1, SIZE + ROWS * ROW + 1.2
    figure = Figure(figsize=(width, height))
    rows = _shown(sealed.broken)
    most = 2.5 * float(sealed.encoder.table[rows].abs().mean())
    for place, ((title, table, score), own) in enumerate(zip(states, vectors, strict=True)):
        left = (1.0 + place * (SIZE + 0.1)) / width
        panel = figure.add_axes((left, (ROWS * ROW + 0.75) / height, SIZE / width, SIZE / height))
        panel.set_title(f"{title}: macro-F1 {score.value:.2f}", fontsize=9)
        _map(panel, (own - middle) @ axes, (vectors[-1] - middle) @ axes, sealed)
        strip = figure.add_axes((left, 0.45 / height, SIZE / width, ROWS * ROW / height))
        _strip(strip, table[rows], most, [patient.spelling.tokens[row] for row in rows] if place == 0 else [])
    words = (
        "Above: texts in the plane that parts their classes best in the encoder that was never broken; names stand in "
        "or near the middle of a class.\nBelow: some rows of the table; those with red names were broken."
    )
    figure.text(0.5, 0.05 / height, words, ha="center", va="bottom", fontsize=8)
    for label in figure.axes[1].get_yticklabels():
        label.set_color("#e63946" if bool(sealed.broken[rows[int(label.get_position()[1])]]) else "black")
    return figure


def _axes(vectors: Tensor, sealed: Sealed) -> tuple[Tensor, Tensor]:
    """Return the two directions (D, 2) along which the middles of the classes are farthest apart, and their middle."""
    middles = torch.stack([vectors[sealed.labels == label].mean(0) for label in range(len(sealed.classes))])
    middle = middles.mean(0)
    return torch.linalg.svd(middles - middle, full_matrices=False).Vh[:2].T, middle


def _map(panel: Any, places: Tensor, whole: Tensor, sealed: Sealed) -> None:
    inks = mpl.colormaps["tab20"]
    low, high = whole.quantile(0.01, 0), whole.quantile(0.99, 0)
    room = 0.15 * (high - low)
    panel.set(xlim=(float((low - room)[0]), float((high + room)[0])), xticks=[], yticks=[])
    panel.set(ylim=(float((low - room)[1]), float((high + room)[1])))
    middles = []
    for label in range(len(sealed.classes)):
        own = places[sealed.labels == label]
        panel.scatter(*own.T.tolist(), s=4, lw=0, color=inks(label % 20), alpha=0.7)
        middles.append(own.mean(0))
    for name, (x, y) in zip(sealed.classes, _apart(torch.stack(middles), high - low).tolist(), strict=True):
        panel.text(x, y, name, fontsize=7, ha="center", va="center", clip_on=True, bbox=BOX)


def _apart(places: Tensor, extent: Tensor) -> Tensor:
    """Return places of names (K, 2), moved up where they would cover each other."""
    moved = places.clone()
    for turn, place in enumerate(order := places[:, 1].argsort().tolist()):
        for lower in order[:turn]:
            gap = (moved[place] - moved[lower]) / extent
            if abs(float(gap[0])) < 0.3 and float(gap[1]) < LINE:
                moved[place, 1] = moved[lower, 1] + LINE * extent[1]
    return moved


def _shown(broken: Tensor) -> list[int]:
    """Return some rows, whole and broken ones by turns, from all over the table."""
    kinds = [(broken == state).nonzero()[:, 0] for state in (False, True)]
    kinds = [kind[torch.linspace(len(kind) // 8, len(kind) // 2, ROWS // 2).long()] for kind in kinds]
    return [int(row) for pair in zip(*kinds, strict=True) for row in pair]


def _strip(panel: Any, rows: Tensor, most: float, names: list[str]) -> None:
    panel.imshow(
        rows[:, :COLUMNS].cpu().numpy(), cmap="RdBu_r", vmin=-most, vmax=most, aspect="auto", interpolation="none"
    )
    panel.set(xticks=[], yticks=[])
    if names:
        panel.set_yticks(range(len(names)), names, fontsize=6)
        panel.tick_params(length=0, pad=1)
