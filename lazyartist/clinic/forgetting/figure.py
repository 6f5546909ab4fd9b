"""The picture of the case: what a digit is taken for before and after, and how many of each class are recognised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from matplotlib.figure import Figure

from lazyartist.clinic import CASE_FIGURES
from lazyartist.clinic.forgetting.accuracies import class_accuracies
from lazyartist.clinic.forgetting.net import CLASSES, OLD, logits_of


if TYPE_CHECKING:
    from torch import Tensor

    from lazyartist.clinic.examine import Examination

RIGHT, WRONG, TWIN = "#00798c", "#d1495b", "#343a40"


@CASE_FIGURES.register("forgetting")
def draw(found: Examination) -> Figure:
    """Show one image of each class with what it is taken for, and below it the accuracy on the class."""
    sealed, case = found.admission.sealed, found.case
    nets = {
        "fine-tuned on new digits": case.baseline(found.admission.patient, found.seed),
        found.remedy: found.treated,
        "old images still at hand": case.oracle(found.admission, found.seed),
    }
    taken_for = {name: logits_of(net, sealed.images).argmax(1) for name, net in nets.items()}
    figure = Figure(figsize=(9, 4.6))
    figure.subplots_adjust(left=0.19, right=0.98, top=0.93, bottom=0.11)
    grid = figure.add_gridspec(2, 1, height_ratios=[1, 1.5], hspace=0.08)
    _digits(figure.add_subplot(grid[0]), taken_for, sealed.images, sealed.labels)
    panel = figure.add_subplot(grid[1])
    inks = dict(zip(nets, (WRONG, RIGHT, TWIN), strict=True))
    for name, predicted in taken_for.items():
        accuracies = class_accuracies(predicted, sealed.labels).cpu().numpy()
        label = f"{name}: mean {accuracies.mean():.2f}"
        panel.plot(range(CLASSES), accuracies, "o-", color=inks[name], label=label, ms=5, lw=1.2)
    panel.axvspan(OLD - 0.5, CLASSES - 0.5, color="#e9ecef", lw=0)
    panel.set(xlim=(-0.5, CLASSES - 0.5), ylim=(-0.03, 1.03), xticks=range(CLASSES), ylabel="share recognised")
    panel.set_xlabel(f"digit; 7, 8 and 9 are new, and of the others no image is left; seed {found.seed}")
    panel.legend(frameon=False, fontsize=9, loc="center", bbox_to_anchor=(0.35, 0.5))
    panel.spines[["top", "right"]].set_visible(False)
    return figure


def _digits(panel: Any, taken_for: dict[str, Tensor], images: Tensor, labels: Tensor) -> None:
    """Draw the first image of each class, and below it a line for each network."""
    for digit in range(CLASSES):
        first = int((labels == digit).nonzero()[0, 0])
        picture = np.asarray(images[first, 0])
        panel.imshow(picture, cmap="gray_r", extent=(digit - 0.42, digit + 0.42, 0, 0.84))
        for line, predicted in enumerate(taken_for.values()):
            said = int(predicted[first])
            ink, weight = (RIGHT, "normal") if said == digit else (WRONG, "bold")
            panel.text(digit, -0.2 - 0.32 * line, str(said), ha="center", va="center", color=ink, fontweight=weight)
    for line, name in enumerate(taken_for):
        panel.text(-0.6, -0.2 - 0.32 * line, name, ha="right", va="center", fontsize=9)
    panel.set(xlim=(-0.5, CLASSES - 0.5), ylim=(-1.05, 0.9), aspect="auto")
    panel.set_title("one image of each digit, and what it is taken for", fontsize=10)
    panel.set_axis_off()
