"""What a latent is expected to be, given the image's other latents: however it bends with them, and round circles.

Latents that were learnt without labels are never quite independent, and round a circle nothing depends on anything
along a line. So each latent is regressed on cosines and sines of the others. Where the latents of a batch lie on a
curved sheet, which for a covariance is a thick slab, what this leaves of them stays small. Where a latent has two modes
and no other latent says in which of them an image is, there are two sheets, and the nearer one counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch

from torch import Tensor

from lazyartist.latents.angles import wrapped
from lazyartist.latents.covariance import weighted
from lazyartist.latents.modes import from_nearest_mode, second_modes
from lazyartist.latents.posterior import coordinates


HARMONICS = 2  # multiples of each angle that the other latents are regressed on; of a latent on a line, powers
ROUNDS = 6  # of fitting to what the last fit found normal
PAYS = 0.5  # a second mode counts if it halves what is left of its latent; else the other latents explain it
UNSURE = 0.25  # of the posterior's variance, on top of the spread that is measured


@dataclass(frozen=True, eq=False)
class Sheet:
    """A regression of each latent on all others.

    Attributes:
        circles: how many latents are angles.
        low: (…, 1, lines), the least offsets among the images that it was fitted to.
        high: (…, 1, lines), the largest.
        mean: (…, 1, P), of what there is to be regressed on.
        slopes: (…, P, T), from there to what is regressed: cosines and sines of angles, and offsets on lines.
        sd: (…, 1, A), of what is left of latents beside what is expected.
        second: (…, 1, A), a second mode's offset from the middle of the batch; NaN where there is none.
    """

    circles: int
    low: Tensor
    high: Tensor
    mean: Tensor
    slopes: Tensor
    sd: Tensor
    second: Tensor

    def left(self, x: Tensor) -> Tensor:
        """Return what is left of offsets (…, N, A) beside what is expected, (…, N, A)."""
        x = from_nearest_mode(x, self.second, self.circles)
        angle, line = x[..., : self.circles], x[..., self.circles :]
        known = line.clamp(self.low, self.high)  # powers of what is far out tell nothing of other latents
        seen = _seen(torch.cat([angle, known], -1), self.circles)
        return _left(x, self.circles, self.mean, self.slopes, seen)


def fit_sheet(x: Tensor, noise: Tensor, start: Tensor, circles: int, farthest: float) -> Sheet:
    """Fit to a batch, odd images included: to a first guess at what is normal, then to what this finds normal.

    Args:
        x: (…, N, A) offsets from the middle of the batch.
        noise: (…, A) mean variance of their posteriors.
        start: (…, N) first guess: 1 for images that are fitted to, else 0.
        circles: how many are angles.
        farthest: how many standard deviations from what is expected a normal latent may be.
    """
    sheet = _settled(x, noise, start, circles, farthest)
    second = second_modes(x, noise, circles)
    if bool(second.isnan().all()):
        return sheet

    def with_modes(second: Tensor) -> Sheet:
        folded = from_nearest_mode(x, second, circles)
        return replace(_settled(folded, noise, start, circles, farthest), second=second)

    pays = with_modes(second).sd < PAYS * sheet.sd
    return with_modes(second.masked_fill(~pays, torch.nan))


def _settled(x: Tensor, noise: Tensor, start: Tensor, circles: int, farthest: float) -> Sheet:
    taken, sheet = start, _fitted(x, noise, start, circles)
    for _ in range(ROUNDS):
        now = ((sheet.left(x) / sheet.sd).abs().amax(-1) <= farthest).to(x)
        if torch.equal(now, taken):
            break
        taken, sheet = now, _fitted(x, noise, now, circles)
    return sheet


def _fitted(x: Tensor, noise: Tensor, weight: Tensor, circles: int) -> Sheet:
    """Fit to images (…, N, A) that count as often as `weight` (…, N) says."""
    latents = x.shape[-1]
    seen = _seen(x, circles)
    mean, covariance = weighted(seen, weight)
    mean = mean[..., None, :]
    # what is seen of noisy latents tells less: so the noise is in the covariance, as in any regression on such
    ridge = _seen_noise(x, noise, circles)
    precision = torch.linalg.inv(covariance + torch.diag_embed(ridge))
    owner = torch.cat([torch.arange(circles), torch.arange(latents)]).repeat(HARMONICS)
    slopes = torch.zeros_like(precision[..., : circles + latents])
    numbers = torch.ones_like(noise)
    for latent in range(latents):
        own, others = (owner == latent).nonzero()[:, 0], (owner != latent).nonzero()[:, 0]
        # of two jointly normal blocks, one given the other has slopes -(own precision)⁻¹ (precision across)
        across = precision[..., own[:, None], others]
        given = torch.linalg.solve(precision[..., own[:, None], own], across)
        targets = own[own < circles + latents]
        slopes[..., others[:, None], targets] = -given[..., : len(targets), :].mT
        alone = precision.diagonal(dim1=-2, dim2=-1)[..., others] - (across * given).sum(-2)
        numbers[..., latent] += len(others) - (ridge[..., others] * alone).sum(-1)
    left = _left(x, circles, mean, slopes, seen)
    free = (weight.sum(-1, keepdim=True) - numbers).clamp_min(1)
    variance = (weight[..., None] * left.square()).sum(-2) / free + UNSURE * noise
    line, out = x[..., circles:], weight[..., None] == 0
    low = line.masked_fill(out, torch.inf).amin(-2, keepdim=True)
    high = line.masked_fill(out, -torch.inf).amax(-2, keepdim=True)
    one_mode = torch.full_like(noise, torch.nan)[..., None, :]
    return Sheet(circles, low, high, mean, slopes, variance.sqrt()[..., None, :], one_mode)


def _seen(x: Tensor, circles: int) -> Tensor:
    """Return cosines and sines of multiples of angles, and powers of offsets on lines, (…, N, P)."""
    angle, line = x[..., :circles], x[..., circles:]
    return torch.cat([coordinates(torch.cat([k * angle, line**k], -1), circles) for k in range(1, HARMONICS + 1)], -1)


def _seen_noise(x: Tensor, noise: Tensor, circles: int) -> Tensor:
    """Return the variance (…, P) that the noise of latents gives to what is seen of them, to first order."""
    parts = []
    for k in range(1, HARMONICS + 1):
        slope = (x[..., circles:] ** (k - 1)).square().median(-2).values
        angle, line = k**2 * noise[..., :circles], k**2 * noise[..., circles:] * slope
        parts += [angle, angle, line]
    return torch.cat(parts, -1).clamp_min(1e-9)  # so that it can be inverted where nothing is noisy


def _left(x: Tensor, circles: int, mean: Tensor, slopes: Tensor, seen: Tensor) -> Tensor:
    expected = mean[..., : slopes.shape[-1]] + (seen - mean) @ slopes
    cos, sin, line = torch.split(expected, [circles, circles, x.shape[-1] - circles], -1)
    return torch.cat([wrapped(x[..., :circles] - torch.atan2(sin, cos)), x[..., circles:] - line], -1)
