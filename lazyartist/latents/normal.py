"""What is normal in a batch, once it is learnt: any latents can be compared with it, those of changed images too."""

from __future__ import annotations

import math

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch

from torch import Tensor

from lazyartist.latents.angles import offsets
from lazyartist.latents.conditional import Sheet
from lazyartist.latents.covariance import squared_distance


@dataclass(frozen=True, eq=False)
class Outliers:
    """How odd each image of a batch is.

    Attributes:
        distance: (…, N), how far it is from what is normal in the batch, in standard deviations.
        threshold: from which distance on an image counts as odd.
        z: (…, N, Z), how far each latent is from what is expected of it given the image's other latents, signed, in
            standard deviations; NaN for latents that are not in use.
        expected: (…, N, Z), what is expected of it; of latents that are not in use, what they are.
    """

    distance: Tensor
    threshold: float
    z: Tensor
    expected: Tensor

    @property
    def flagged(self) -> Tensor:
        """(…, N) bool, which images count as odd."""
        return self.distance > self.threshold

    @property
    def latent(self) -> Tensor:
        """(…, N) int64, the latent that deviates most."""
        return self.z.abs().nan_to_num(-1).argmax(-1)


@dataclass(frozen=True, eq=False)
class Normal(ABC):
    """What is normal in a batch, or in each of many.

    Attributes:
        active: (Z,) bool, which latents count. There are A.
        circles: how many of these are angles; they come first.
        middle: (…, A) of the batch.
        threshold: from which distance on an image counts as odd.
    """

    active: Tensor
    circles: int
    middle: Tensor
    threshold: float

    @abstractmethod
    def compare(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Compare images whose active latents are at some offsets from the middle.

        Args:
            x: (…, N, A).

        Returns:
            Distances (…, N), z-scores (…, N, A), and what is left beside what is expected (…, N, A).
        """

    def judge(self, codes: Tensor) -> Outliers:
        """Return how odd images with latents (…, N, Z) are in the batch.

        Raises:
            ValueError: there are more or fewer latents than in the batch, or one is NaN or infinite.
        """
        latents = len(self.active)
        if codes.ndim < 2 or codes.shape[-1] != latents or not bool(codes.isfinite().all()):
            raise ValueError(
                f"codes: expected (…, N, {latents}) finite numbers, got {tuple(codes.shape)}, NaN or infinity"
            )
        expected = codes.detach().to(self.middle, copy=True)
        z = torch.full_like(expected, math.nan)
        used = expected[..., self.active]
        distance, z[..., self.active], left = self.compare(offsets(used, self.middle[..., None, :], self.circles))
        expected[..., self.active] = used - left
        return Outliers(distance, self.threshold, z, expected)


@dataclass(frozen=True, eq=False)
class Elliptic(Normal):
    """Normal is what has a small Mahalanobis distance from a centre.

    Attributes:
        centre: (…, A), from the middle.
        covariance: (…, A, A).
    """

    centre: Tensor
    covariance: Tensor

    def compare(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """See `Normal`; z² is by how much d² falls when the latent is moved to where it is expected."""
        precision = torch.linalg.inv(self.covariance)
        own = precision.diagonal(dim1=-2, dim2=-1)[..., None, :]
        pull = (x - self.centre[..., None, :]) @ precision
        return squared_distance(x, self.centre, self.covariance).sqrt(), pull / own.sqrt(), pull / own


@dataclass(frozen=True, eq=False)
class Conditional(Normal):
    """Normal is an image of which no latent is far from what its other latents let expect, nor all of them together.

    Attributes:
        sheet: what they let expect.
        ellipse: what is normal of all latents together: where two of them are odd in the same way, each lets expect the
            other.
    """

    sheet: Sheet
    ellipse: Elliptic

    def compare(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """See `Normal`; the distance is the largest z-score, or the Mahalanobis distance on a scale of one latent."""
        left = self.sheet.left(x)
        z = left / self.sheet.sd
        together = self.ellipse.compare(x)[0] * (self.threshold / self.ellipse.threshold)
        return torch.maximum(z.abs().amax(-1), together), z, left
