"""Clusters before and after a treatment, with the images that are in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lazyartist.clinic import CASE_FIGURES
from lazyartist.clinic.lowrank_images.network import shrink


if TYPE_CHECKING:
    from torch import Tensor

    from lazyartist.clinic.examine import Examination

ROWS, MEMBERS = 8, 8  # clusters that are shown, and images of each
RED, GREY = "#e63946", "#6c757d"


@CASE_FIGURES.register("lowrank_images")
def draw(found: Examination) -> Figure:
    """Show some clusters of the raw factors and of the remedy; what is another digit than most of a row is framed."""
    admission = found.admission
    patient, truth = admission.patient, admission.sealed.truth
    images = shrink(patient.factors.product())
    before = found.case.baseline(patient, found.seed)
    sides = (
        ("clusters of the raw factors", before, found.case.judge(before, admission.sealed)),
        (f"clusters after {found.remedy}", found.treated, found.score),
    )
    rows = min(ROWS, patient.clusters)
    cell = 0.46
    width, height = 2 * MEMBERS * cell + 0.5, rows * cell + 1.1
    figure = Figure(figsize=(width, height))
    for side, (title, labels, score) in enumerate(sides):
        left = (0.1 + side * (MEMBERS * cell + 0.3)) / width
        panel = figure.add_axes((left, 0.45 / height, MEMBERS * cell / width, rows * cell / height))
        panel.set_title(
            f"{title}\nadjusted Rand index {round(score.value, 2) + 0.0:.2f}, Rand index {score.defective:.2f}",
            fontsize=9,
        )
        _clusters(panel, images, labels, truth, rows)
    words = "One row is one cluster. Red frames: another handwritten digit than most of the row."
    figure.text(0.5, 0.12 / height, words, ha="center", va="bottom", fontsize=8)
    return figure


def _clusters(panel: Any, images: Tensor, labels: Tensor, truth: Tensor, rows: int) -> None:
    """Draw a sheet of images: of every cluster a few, spread evenly over its members; the clusters too."""
    names = torch.unique(labels)
    shown = names[torch.linspace(0, len(names) - 1, min(rows, len(names))).long()]
    panel.set(xlim=(0, MEMBERS), ylim=(rows, 0), xticks=[], yticks=[])
    for spine in panel.spines.values():
        spine.set_visible(False)
    for row, name in enumerate(shown):
        members = (labels == name).nonzero()[:, 0]
        most = truth[members].mode().values
        chosen = members[torch.linspace(0, len(members) - 1, min(MEMBERS, len(members))).long()]
        for column, index in enumerate(chosen):
            place = (column + 0.06, column + 0.94, row + 0.94, row + 0.06)
            panel.imshow(images[index].cpu().numpy(), extent=place, cmap="gray", aspect="auto")
            if truth[index] != most:
                panel.add_patch(Rectangle((column + 0.05, row + 0.05), 0.9, 0.9, fill=False, ec=RED, lw=2))
