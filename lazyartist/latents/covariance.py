"""Centre and covariance of a batch's latents, by estimators that the odd images among them may or may not pull along.

All take offsets (…, N, Z) from the middle of a batch, any number of batches at once.
"""

from __future__ import annotations

import math

from collections.abc import Callable

import torch

from scipy.stats import chi2
from sklearn.covariance import LedoitWolf, MinCovDet
from torch import Tensor


SUPPORT = 0.85  # of the batch, of which the determinant is the least; what is odd beyond that, growing leaves out
STEPS = 20  # of concentration at most; most batches need five
TO_SD = 1.4826  # from the median absolute deviation to a normal distribution's standard deviation
NEAR = 0.999  # of normal images: how many are to be taken in

Estimate = tuple[Tensor, Tensor]
"""Centre (…, Z) and covariance (…, Z, Z)."""

Estimator = Callable[[Tensor, Tensor], Estimate]
"""Offsets (…, N, Z), and the mean variance (…, Z) of their posteriors, to an estimate that contains both."""


def plain(x: Tensor, noise: Tensor) -> Estimate:
    """Return mean and covariance: 25 odd images that are off in one direction widen it so far that they hide in it."""
    return _with(noise, weighted(x, torch.ones_like(x[..., 0])))


def ledoit_wolf(x: Tensor, noise: Tensor) -> Estimate:
    """Return mean and covariance shrunk towards a ball. Source: Ledoit and Wolf 2004, by scikit-learn."""
    return _with(noise, _by_scikit_learn(x, LedoitWolf()))


def fast_mcd(x: Tensor, noise: Tensor) -> Estimate:
    """Return the re-weighted minimum covariance determinant of most of the batch, from random subsets.

    Source: Rousseeuw and Van Driessen 1999, by scikit-learn.
    """
    return _with(noise, _by_scikit_learn(x, MinCovDet(support_fraction=SUPPORT, random_state=0)))


def deterministic_mcd(x: Tensor, noise: Tensor) -> Estimate:
    """Return the covariance of all images that are not far from the minimum covariance determinant's.

    Concentration steps from three robust starts find the 85 % of the batch that have the least determinant. Then the
    images within a distance that normal ones stay within are taken in and the covariance is estimated again, until no
    image comes or goes. What belongs to the batch without being of its densest part is won back by that: of an angle
    that goes once round, or of eight sizes, no 85 % are the whole.

    Source: Hubert, Rousseeuw and Verdonck 2012; growing: Billor, Hadi and Velleman 2000.
    """
    centre, covariance = least_determinant(x, noise)
    taken = torch.zeros_like(x[..., 0])
    for _ in range(STEPS):
        now = (squared_distance(x, centre, covariance) < float(chi2.ppf(NEAR, x.shape[-1]))).to(x)
        if torch.equal(now, taken):
            break
        taken = now
        centre, covariance = _with(noise, weighted(x, taken))
    return centre, covariance


ESTIMATORS: dict[str, Estimator] = {
    "plain": plain,
    "ledoit_wolf": ledoit_wolf,
    "fast_mcd": fast_mcd,
    "mcd": deterministic_mcd,
}


def least_determinant(x: Tensor, noise: Tensor, support: float = SUPPORT) -> Estimate:
    """Return mean and covariance of the share of a batch whose covariance, with the noise, has the least determinant.

    Args:
        x: (…, N, Z).
        noise: (…, Z) variances.
        support: share in (0, 1].
    """
    size = math.ceil(support * x.shape[-2])
    centres, covariances = zip(*(_concentrated(x, noise, start, size) for start in _starts(x, noise)), strict=True)
    best = torch.stack([torch.logdet(covariance) for covariance in covariances]).argmin(0)
    return chosen(torch.stack(centres), best), chosen(torch.stack(covariances), best)


def weighted(x: Tensor, weight: Tensor) -> Estimate:
    """Return mean and covariance of vectors (…, N, Z) that count as often as `weight` (…, N) says."""
    total = weight.sum(-1, keepdim=True)
    centre = (weight[..., None] * x).sum(-2) / total
    off = x - centre[..., None, :]
    return centre, (weight[..., None] * off).mT @ off / (total[..., None] - 1).clamp_min(1)


def squared_distance(x: Tensor, centre: Tensor, covariance: Tensor) -> Tensor:
    """Return the squared Mahalanobis distances (…, N) of vectors (…, N, Z)."""
    off = x - centre[..., None, :]
    squares: Tensor = torch.linalg.solve(covariance, off.mT).mT * off
    return squares.sum(-1)


def typical_sd(off: Tensor, noise: Tensor) -> Tensor:
    """Return the standard deviation (…, 1, Z) of most of a batch's offsets (…, N, Z), with the noise (…, Z) in it."""
    spread = (TO_SD * off.abs().median(-2, keepdim=True).values).square() + noise[..., None, :]
    return spread.sqrt()


def nearest(distance: Tensor, size: int) -> Tensor:
    """Return 1 for the `size` least of distances (…, N), and 0 for the others, as floats."""
    return torch.zeros_like(distance).scatter(-1, distance.topk(size, largest=False).indices, 1)


def _concentrated(x: Tensor, noise: Tensor, start: Tensor, size: int) -> Estimate:
    """Take the nearest images, estimate, take those that are nearest now, until they stay the same."""
    members, distance = torch.zeros_like(start), start
    for _ in range(STEPS):
        now = nearest(distance, size)
        if torch.equal(now, members):
            break
        members = now
        centre, covariance = _with(noise, weighted(x, members))
        distance = squared_distance(x, centre, covariance)
    return centre, covariance


def _starts(x: Tensor, noise: Tensor) -> list[Tensor]:
    """Return first guesses of how far images are, (…, N) each, that a quarter of odd images cannot turn round."""
    off = x - x.median(-2, keepdim=True).values
    z = off / typical_sd(off, noise)
    length = z.square().sum(-1, keepdim=True)
    small = torch.full_like(noise, 1e-3)  # so that it can be inverted where all images have the same
    squashed, signs = (
        squared_distance(z, torch.zeros_like(noise), _with(small, weighted(each, torch.ones_like(start)))[1])
        for each, start in ((z.tanh(), length[..., 0]), (z / length.sqrt().clamp_min(1e-12), length[..., 0]))
    )
    return [length[..., 0], squashed, signs]


def _with(noise: Tensor, estimate: Estimate) -> Estimate:
    return estimate[0], estimate[1] + torch.diag_embed(noise)


def chosen(several: Tensor, which: Tensor) -> Tensor:
    """Return for each batch the one of several (S, …, *) that `which` (…) says."""
    at = which.reshape(1, *which.shape, *[1] * (several.ndim - which.ndim - 1))
    return several.gather(0, at.expand(1, *several.shape[1:]))[0]


def _by_scikit_learn(x: Tensor, estimator: LedoitWolf | MinCovDet) -> Estimate:
    batches = x.reshape(-1, *x.shape[-2:]).cpu().numpy()
    fits = [(fit.location_, fit.covariance_) for fit in map(estimator.fit, batches)]
    centre, covariance = (torch.stack([torch.as_tensor(fit[part]) for fit in fits]) for part in (0, 1))
    return centre.view(*x.shape[:-2], -1).to(x), covariance.view(*x.shape[:-2], x.shape[-1], -1).to(x)
