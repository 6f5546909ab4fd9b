"""The picture of the case: scenes, and the outlines that are found before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from lazyartist.clinic import CASE_FIGURES
from lazyartist.clinic.frozen_masks.segmenter import ious


if TYPE_CHECKING:
    from torch import Tensor

    from lazyartist.clinic.examine import Examination

TRUTH, FOUND = "#00798c", "#d1495b"
COLUMNS = 8


@CASE_FIGURES.register("frozen_masks")
def draw(found: Examination) -> Figure:
    """Show scenes and what is marked on them by Grad-CAM, by the remedy and by the oracle."""
    scored, case = found.admission.sealed.scored, found.case
    segmenters = {
        "Grad-CAM": case.baseline(found.admission.patient, found.seed),
        f"the remedy:\n{found.remedy}": found.treated,
        f"oracle:\n{len(found.admission.sealed.masked.images):,} masks": case.oracle(found.admission, found.seed),
    }
    figure = Figure(figsize=(10, 5.3))
    figure.subplots_adjust(left=0.15, right=0.99, top=0.93, bottom=0.06, wspace=0.06, hspace=0.22)
    axes = figure.subplots(1 + len(segmenters), COLUMNS, squeeze=False)
    _say(axes[0, 0], "scene, and the\ntrue mask")
    for column, panel in enumerate(axes[0]):
        _show(panel, scored.images[column, 0])
        panel.contour(scored.masks[column].float(), [0.5], colors=[TRUTH], linewidths=1.1)
    for line, (name, segmenter) in zip(axes[1:], segmenters.items(), strict=True):
        masks = segmenter.masks(scored.images)
        agree = ious(masks, scored.masks)
        _say(line[0], f"{name}\n\nmean IoU {agree.mean():.2f}")
        for column, panel in enumerate(line):
            _show(panel, scored.images[column, 0])
            if bool(masks[column].any()):
                panel.contour(masks[column].float(), [0.5], colors=[FOUND], linewidths=1.1)
            panel.set_xlabel(f"{agree[column]:.2f}", fontsize=8, labelpad=1)
    about = (
        f"Below each: IoU with the true mask. The first {COLUMNS} of {len(scored.images)} scenes; seed {found.seed}."
    )
    figure.text(0.57, 0.015, about, ha="center", fontsize=9)
    figure.suptitle("the outline of what is marked; the classifier stays as it is", fontsize=11, y=0.98)
    return figure


def _show(panel: Any, picture: Tensor) -> None:
    panel.imshow(picture, cmap="gray", vmin=0, vmax=1)
    panel.set(xticks=[], yticks=[])
    for spine in panel.spines.values():
        spine.set_visible(False)


def _say(panel: Any, words: str) -> None:
    panel.text(-0.12, 0.5, words, ha="right", va="center", fontsize=9, transform=panel.transAxes)
