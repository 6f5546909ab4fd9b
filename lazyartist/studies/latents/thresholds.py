"""The thresholds of this project for latents, with the margins that two seeds need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lazyartist.criteria import Criterion
from lazyartist.reporting.judged import judged
from lazyartist.reporting.table import by, values
from lazyartist.studies import CRITERIA
from lazyartist.studies.latents import metrics as names


if TYPE_CHECKING:
    from lazyartist.reporting.judged import Judged
    from lazyartist.reporting.row import Row

EVERY_MIG = Criterion(names.MIG, "at least", 0.50, "this project, latents: of the six factors of room3d, every seed")
MEAN_MIG = Criterion(
    names.MIG, "at least", 0.60, "this project, latents: of the six factors of room3d, mean over seeds"
)
RECONSTRUCTION = Criterion(names.SSIM, "at least", 0.94, "this project, latents: of the same model, every seed")

FOUND = Criterion(names.AUROC, "at least", 0.99, "this project, outliers: off in one factor or several, every seed")
RIGHTLY_FLAGGED = Criterion(names.PRECISION, "at least", 0.90, "this project, outliers: at the threshold, every seed")
VALID = Criterion(names.VALID, "at least", 0.95, "this project, counterfactuals: of hues, every seed")
RESTORED = Criterion(names.RESTORED, "at least", 0.80, "this project, counterfactuals: of hues, every seed")
KEPT = Criterion(names.KEPT, "at least", 0.85, "this project, counterfactuals: of hues, every seed")

OURS = "circle_vae"  # the variant that is asked, with its whole recipe and as many latents as there are factors
LATENTS = 6
DETECTOR = "conditional"
ODD = 25  # of 350 images


def _ours(rows: Sequence[Row]) -> list[Row]:
    ours = [row for row in rows if row.at.get("variant") == OURS and row.at.get("latents") == LATENTS]
    return [row for row in ours if row.at.get("dataset") == "room3d" and "factor" not in row.at]


@CRITERIA.register("latents")
def latents_criteria(rows: Sequence[Row]) -> list[Judged]:
    """Latents hold one factor each, and reconstruct, without a label."""
    found = []
    for own in by([row for row in _ours(rows) if row.at["candidates"] != 1], *names.RECIPE).values():
        v, where = values(own), f"{OURS}, {LATENTS} latents of room3d"
        found += judged([EVERY_MIG, RECONSTRUCTION], where, v, "every seed") + judged([MEAN_MIG], where, v, "the mean")
    return found


@CRITERIA.register("outliers")
def outliers_criteria(rows: Sequence[Row]) -> list[Judged]:
    """Odd images of a batch stand out."""
    asked = [row for row in _ours(rows) if row.at["detector"] == DETECTOR and row.at["odd"] == ODD]
    found = []
    for off in ("several at once", "floor, wall, shape", "hues"):
        own = values([row for row in asked if row.at["off"] == off])
        found += judged([FOUND, RIGHTLY_FLAGGED], f"{DETECTOR}: {ODD} of 350 images off in {off}", own, "every seed")
    return found


@CRITERIA.register("counterfactuals")
def counterfactuals_criteria(rows: Sequence[Row]) -> list[Judged]:
    """The hue that was odd is repaired, and no other factor changes."""
    own = [row for row in _ours(rows) if row.at["off"] == "hues" and row.at["move"] == DETECTOR]
    return judged([VALID, RESTORED, KEPT], f"{DETECTOR}: images off in hues", values(own), "every seed")
