"""The thresholds of this project for latents, with the margins that two seeds need."""

from __future__ import annotations

from lazyartist.criteria import Criterion
from lazyartist.studies.latents import metrics as names


EVERY_MIG = Criterion(names.MIG, "at least", 0.45, "this project, latents: of the six factors of room3d, every seed")
MEAN_MIG = Criterion(
    names.MIG, "at least", 0.60, "this project, latents: of the six factors of room3d, mean over seeds"
)
RECONSTRUCTION = Criterion(names.SSIM, "at least", 0.94, "this project, latents: of the same model, every seed")

FOUND = Criterion(names.AUROC, "at least", 0.99, "this project, outliers: off in one factor or several, every seed")
RIGHTLY_FLAGGED = Criterion(names.PRECISION, "at least", 0.90, "this project, outliers: at the threshold, every seed")
VALID = Criterion(names.VALID, "at least", 0.95, "this project, counterfactuals: of hues, every seed")
RESTORED = Criterion(names.RESTORED, "at least", 0.80, "this project, counterfactuals: of hues, every seed")
KEPT = Criterion(names.KEPT, "at least", 0.85, "this project, counterfactuals: of hues, every seed")
