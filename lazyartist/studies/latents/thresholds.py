"""The thresholds of this project for latents, with the margins that two seeds need."""

from __future__ import annotations

from lazyartist.criteria import Criterion
from lazyartist.studies.latents.metrics import MIG, SSIM


EVERY_MIG = Criterion(MIG, "at least", 0.45, "this project, latents: of the six factors of room3d, every seed")
MEAN_MIG = Criterion(MIG, "at least", 0.60, "this project, latents: of the six factors of room3d, mean over seeds")
RECONSTRUCTION = Criterion(SSIM, "at least", 0.94, "this project, latents: of the same model, every seed")
