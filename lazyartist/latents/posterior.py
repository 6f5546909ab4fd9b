"""What an encoder says of a batch: for each image and latent a distribution, on a line or on a circle."""

from __future__ import annotations

import math

from dataclasses import dataclass

import torch

from torch import Tensor
from torch.special import i0e, i1e


LOG_TWO_PI = math.log(2 * math.pi)
MOST_LOG = 20.0  # of a variance, either way


@dataclass(frozen=True, eq=False)
class Posterior:
    """q(z|x): independent latents, of which the first ones may lie on circles.

    A latent on a line is normal, and its prior is the standard normal. A latent on a circle is an angle, von Mises
    distributed, and its prior is uniform: what is periodic (a hue, a direction) has its place there without a seam.

    Attributes:
        mean: (…, Z); angles in (-pi, pi] come first.
        precision: (…, Z), positive: one over the variance, or the concentration of an angle, from 0 on.
        circles: how many of the latents are angles.
    """

    mean: Tensor
    precision: Tensor
    circles: int = 0

    @property
    def sd(self) -> Tensor:
        """(…, Z) standard deviation; of an angle, that of the wrapped normal with the same resultant length."""
        angle = (-2 * self._resultant().clamp_min(1e-12).log()).clamp_min(1e-12).sqrt()
        return torch.cat([angle, self._line(self.precision).rsqrt()], -1)

    def sample(self, generator: torch.Generator) -> Tensor:
        """Return one draw for every image and latent, (…, Z), through which gradients flow; angles are not wrapped."""
        noise = torch.empty_like(self.mean).normal_(generator=generator)
        return self.mean + self.sd * noise

    def kl(self) -> Tensor:
        """Return KL(q(z|x) ‖ p(z)) of every image and latent in nats, (…, Z)."""
        kappa = self._angle(self.precision)
        angle = kappa * self._resultant() - i0e(kappa).log() - kappa
        mean, precision = self._line(self.mean), self._line(self.precision)
        line = 0.5 * (mean.square() + 1 / precision - 1 + precision.log())
        return torch.cat([angle, line], -1)

    def log_density(self, z: Tensor) -> Tensor:
        """Return log q(z|x) of every latent in nats, (…, Z), for values z that broadcast against `mean`."""
        off, precision = z - self.mean, self.precision
        kappa = self._angle(precision)
        angle = kappa * (self._angle(off).cos() - 1) - i0e(kappa).log() - LOG_TWO_PI
        line = 0.5 * (self._line(precision).log() - LOG_TWO_PI - self._line(precision) * self._line(off).square())
        return torch.cat([angle, line], -1)

    def log_prior(self, z: Tensor) -> Tensor:
        """Return log p(z) of every latent in nats, (…, Z)."""
        angle = torch.full_like(self._angle(z), -LOG_TWO_PI)
        return torch.cat([angle, -0.5 * (self._line(z).square() + LOG_TWO_PI)], -1)

    def __getitem__(self, index: Tensor | slice | tuple[slice | None, ...] | None) -> Posterior:
        """Return the posterior of some of the images."""
        return Posterior(self.mean[index], self.precision[index], self.circles)

    def __len__(self) -> int:
        return len(self.mean)

    def _angle(self, values: Tensor) -> Tensor:
        return values[..., : self.circles]

    def _line(self, values: Tensor) -> Tensor:
        return values[..., self.circles :]

    def _resultant(self) -> Tensor:
        kappa = self._angle(self.precision)
        resultant: Tensor = i1e(kappa) / i0e(kappa)
        return resultant


def posterior_of(outputs: Tensor, circles: int, sharpest: float = math.inf) -> Posterior:
    """Return the posterior that an encoder's outputs stand for.

    An angle is the direction of a pair of numbers, and the longer the pair, the surer it is: a latent that is not used
    is the pair (0, 0), which says nothing and can still wake up.

    Args:
        outputs: (…, 2 Z): the first numbers of all latents, then the second ones. For a line, mean and log variance.
        circles: how many latents, counted from the first, are angles.
        sharpest: the largest precision; a bound on it bounds what a latent can hold.
    """
    first, second = outputs.chunk(2, -1)
    a, b = first[..., :circles], second[..., :circles]
    length = (a.square() + b.square() + 1e-12).sqrt()
    kappa = length * (1 + 0.2 * length)
    log_variance = second[..., circles:].clamp(-MOST_LOG, MOST_LOG)  # an infinite precision has no gradient
    precision = torch.cat([kappa, (-log_variance).exp()], -1)
    if math.isfinite(sharpest):
        precision = 1 / (1 / precision + 1 / sharpest)
    return Posterior(torch.cat([torch.atan2(b, a), first[..., circles:]], -1), precision, circles)


def coordinates(z: Tensor, circles: int) -> Tensor:
    """Return what a decoder sees of latents (…, Z): cosines and sines of the angles, (…, Z + circles)."""
    angle = z[..., :circles]
    return torch.cat([angle.cos(), angle.sin(), z[..., circles:]], -1)
