"""What is odd in a batch: which image, how odd, and in which latent. The batch is all that is known; no label is.

What is normal is learnt from the batch itself, odd images included, by estimators that these cannot pull along. All
functions take one batch or, with a dimension before it, many at once.
"""

from __future__ import annotations

import math

from typing import Any

import torch

from scipy.stats import chi2
from torch import Tensor

from lazyartist.latents.angles import middle, offsets
from lazyartist.latents.conditional import fit_sheet
from lazyartist.latents.covariance import ESTIMATORS, deterministic_mcd
from lazyartist.latents.normal import Conditional, Elliptic, Normal, Outliers
from lazyartist.latents.posterior import Posterior
from lazyartist.registry import unknown


CONDITIONAL = "conditional"
DETECTORS = (CONDITIONAL, *ESTIMATORS)
FALSE_ALARMS = 0.001
PER_LATENT = 8  # images, to learn from them what is normal: with fewer, normal ones raise twice the false alarms


def find_outliers(
    posterior: Posterior, active: Tensor, *, detector: str = CONDITIONAL, false_alarms: float = FALSE_ALARMS
) -> Outliers:
    """Return how odd each image is among the images of its batch; see `learn_normal`."""
    return learn_normal(posterior, active, detector=detector, false_alarms=false_alarms).judge(posterior.mean)


def learn_normal(
    posterior: Posterior, active: Tensor, *, detector: str = CONDITIONAL, false_alarms: float = FALSE_ALARMS
) -> Normal:
    """Learn what is normal in a batch from the batch itself, of which some images may be odd.

    "conditional" compares each latent with what is expected of it given the others, along curves and round circles; its
    distance is the largest z-score, or that of all latents together if this is larger. Where more than half of the
    batch is in one place of a latent, a group of about a fifth or more may be in another one and is normal there,
    unless the other latents clearly tell which images are in it. The other detectors are Mahalanobis distances, with
    the covariance estimated by "mcd" (minimum covariance determinant), "fast_mcd" (the same by scikit-learn, many times
    slower), "ledoit_wolf" or "plain"; the last two hide what is odd as soon as there is more than a little of it.

    Thresholds are quantiles of chi-squared distributions. That a share `false_alarms` of normal images is beyond them
    holds where latents are normally distributed and the batch is large; latents that are free to be anything raise
    fewer false alarms, latents that hold two things at once raise more.

    Args:
        posterior: of a batch of N images, mean (…, N, Z).
        active: (Z,) bool, which latents count: those that are in use.
        detector: one of these.
        false_alarms: share of normal images in (0, 0.5) that count as odd all the same.

    Raises:
        UnknownNameError: there is no such detector.
        ValueError: the batch is too small, no latent is active, or an argument is out of range.
    """
    if detector not in DETECTORS:
        raise unknown("detector", detector, DETECTORS)
    alarms = _share(false_alarms)
    active = _mask(active, posterior)
    circles, latents = int(active[: posterior.circles].sum()), int(active.sum())
    if (images := posterior.mean.shape[-2]) < (least := PER_LATENT * latents):
        raise ValueError(
            f"a batch of {images} images is too small for {latents} active latents: expected {least} or more, to learn "
            "from them what is normal; add images of the same kind"
        )
    codes, noise = (each[..., active].detach().double() for each in (posterior.mean, posterior.sd.square()))
    noise = noise.mean(-2)
    centre = middle(codes, circles)
    x = offsets(codes, centre[..., None, :], circles)
    about = (active, circles, centre)
    if detector != CONDITIONAL:
        return Elliptic(*about, _radius(latents, alarms), *ESTIMATORS[detector](x, noise))
    # half of the false alarms for each of two ways to be odd, and evenly for the latents of the second
    ellipse = Elliptic(*about, _radius(latents, alarms / 2), *deterministic_mcd(x, noise))
    farthest = _radius(1, 1 - (1 - alarms / 2) ** (1 / latents))
    near = ellipse.compare(x)[0] <= ellipse.threshold
    return Conditional(*about, farthest, fit_sheet(x, noise, near.to(x), circles, farthest), ellipse)


def _radius(latents: int, beyond: float) -> float:
    """Return the distance beyond which a share of a standard normal distribution's draws lies."""
    return math.sqrt(float(chi2.ppf(1 - beyond, latents)))


def _share(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 0.5:  # a NaN fails this too
        raise ValueError(f"false_alarms={value!r}: expected a share of normal images in (0, 0.5), such as 0.001")
    return float(value)


def _mask(active: Any, posterior: Posterior) -> Tensor:
    mean = posterior.mean
    if mean.ndim < 2 or not bool(mean.isfinite().all()):
        raise ValueError(f"posterior: expected means (…, N, Z), all finite, got {tuple(mean.shape)}")
    if not isinstance(active, Tensor) or active.dtype != torch.bool or active.shape != mean.shape[-1:]:
        got = f"{tuple(active.shape)} {active.dtype}" if isinstance(active, Tensor) else type(active).__name__
        raise ValueError(f"active: expected a bool tensor ({mean.shape[-1]},), one per latent, got {got}")
    if not bool(active.any()):
        raise ValueError("no latent is active: the model ignores its latents, train it longer or with a smaller beta")
    return active.to(mean.device)
