"""The picture of the case: which flags say the same elsewhere, and what a random split and a split by site say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from matplotlib.figure import Figure

from lazyartist.clinic import CASE_FIGURES
from lazyartist.clinic.tricky_table.case import rmse
from lazyartist.clinic.tricky_table.flags import hole_effects


if TYPE_CHECKING:
    from lazyartist.clinic.examine import Examination

LEVEL = 0.01  # of Cochran's test, at which a flag is drawn as dropped
KEPT, DROPPED, SEEN = "#00798c", "#d1495b", "#adb5bd"


@CASE_FIGURES.register("tricky_table")
def draw(found: Examination) -> Figure:
    """Show what holes say of the target, here and elsewhere, and the errors that two judges see."""
    figure = Figure(figsize=(10.5, 4.3), layout="constrained")
    left, right = figure.subplots(1, 2, gridspec_kw={"width_ratios": [1, 1.15]})
    _effects(left, found)
    _errors(right, found)
    return figure


def _effects(panel: Any, found: Examination) -> None:
    patient, sealed = found.admission.patient, found.admission.sealed
    here, there = hole_effects(patient.train), hole_effects(sealed.elsewhere)
    kept = np.array([column in here.lawful(LEVEL) for column in here.columns])
    limit = 1.2 * float(np.nanmax(np.abs(here.effect)))
    panel.plot((-limit, limit), (-limit, limit), color=SEEN, lw=0.8, ls=":")
    panel.axhline(0, color=SEEN, lw=0.8)
    for chosen, ink, label in ((kept, KEPT, "kept: the same at all training sites"), (~kept, DROPPED, "dropped")):
        x, y = here.pooled[chosen], there.pooled[chosen]
        ends = np.nanmin(here.effect[chosen], 1), np.nanmax(here.effect[chosen], 1)
        panel.hlines(y, *ends, color=ink, lw=1, alpha=0.5)
        panel.scatter(x, y, color=ink, s=28, label=label, zorder=3)
    panel.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
    panel.set_xlabel("at the training sites: mean, and the range over sites")
    panel.set_ylabel("at the sites of the test")
    panel.set_title("how much higher log y is where a value is missing;\none dot per column with holes", fontsize=10)
    panel.legend(frameon=False, fontsize=8, loc="lower right")


def _errors(panel: Any, found: Examination) -> None:
    patient, sealed = found.admission.patient, found.admission.sealed
    before = found.case.baseline(patient, found.seed)
    bars = {
        "baseline:\nmedians in the holes": before,
        f"the remedy:\n{found.remedy}": found.treated,
        "oracle:\nno holes at all": found.case.oracle(found.admission, found.seed),
    }
    for y, (_, predict) in enumerate(reversed(bars.items())):
        for offset, ink, table in ((0.19, SEEN, sealed.here), (-0.19, KEPT, sealed.elsewhere)):
            error = rmse(predict, table)
            panel.barh(y + offset, error, height=0.36, color=ink)
            panel.text(error, y + offset, f" {error:.2f}", va="center", fontsize=9)
    panel.barh(0, 0, color=SEEN, label="a random split of the training sites")
    panel.barh(0, 0, color=KEPT, label="sites that were never seen")
    panel.set_yticks(range(len(bars)), list(reversed(bars)), fontsize=9)
    panel.set_xlabel("RMSE of log y; lower is better")
    panel.legend(title=f"what two judges see, seed {found.seed}", frameon=False, fontsize=9, loc="lower left", ncols=2)
    panel.get_legend().set_bbox_to_anchor((-0.05, 1.0))
    panel.spines[["top", "right"]].set_visible(False)
