"""What would an odd image look like if it were normal? Its most deviating latents are moved, and it is decoded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from torch import Tensor

from lazyartist.latents.angles import offsets, wrapped
from lazyartist.latents.normal import Normal, Outliers
from lazyartist.latents.posterior import Posterior
from lazyartist.registry import unknown
from lazyartist.sae.validation import whole


MOST = 3  # latents; of images that are off in one factor nine in ten need one
NONE = "none"
LOOSE = 0.7  # radians or prior standard deviations: a latent that spreads further is free, and nothing is odd about it

Target = Callable[[Normal, Outliers, Tensor, Posterior, Tensor], Tensor]
"""What is normal, how odd images are, their latents (…, K, Z), their batch and the latent (…, K) to be moved: to where
each latent would go, (…, K, Z).
"""


@dataclass(frozen=True, eq=False)
class Counterfactuals:
    """Latents of K odd images of a batch, or of each of many, before and after some of them were moved.

    Attributes:
        posterior: what the encoder says of the images, mean (…, K, Z).
        z: (…, K, Z), with some latents moved; angles in [-pi, pi).
        moved: (…, K, Z) bool, which ones.
    """

    posterior: Posterior
    z: Tensor
    moved: Tensor

    @property
    def sigmas(self) -> Tensor:
        """(…, K), how far all latents together were moved, in standard deviations of their posteriors."""
        way = offsets(self.z, self.posterior.mean, self.posterior.circles) / self.posterior.sd
        return way.square().sum(-1).sqrt()


def to_the_middle(normal: Normal, judged: Outliers, z: Tensor, batch: Posterior, latent: Tensor) -> Tensor:
    """Return where the batch's middle is: its median, or its medoid on a circle."""
    del judged, batch, latent
    middle = torch.zeros_like(z[..., :1, :])
    middle[..., 0, normal.active] = normal.middle.to(z)
    return middle.expand_as(z)


def to_the_expected(normal: Normal, judged: Outliers, z: Tensor, batch: Posterior, latent: Tensor) -> Tensor:
    """Return what is expected of each latent given the image's other ones: of a Gaussian, the conditional mean."""
    del normal, batch, latent
    return judged.expected.to(z)


def to_the_nearest(normal: Normal, judged: Outliers, z: Tensor, batch: Posterior, latent: Tensor) -> Tensor:
    """Return the latents of the normal image of the batch that is nearest in all but the latent that is to be moved."""
    del judged
    usual = ~normal.judge(batch.mean).flagged
    if not bool(usual.any(-1).all()):
        raise ValueError("no image of a batch counts as normal, so none is the nearest one: take another move")
    others = ~torch.nn.functional.one_hot(latent, z.shape[-1]).bool() & normal.active
    nearest = gaps(z, batch, usual, others[..., None, :]).argmin(-1)
    return batch.mean.gather(-2, nearest[..., None].expand_as(z))


MOVES: dict[str, Target] = {"median": to_the_middle, "conditional": to_the_expected, "nearest": to_the_nearest}


def counterfactuals(
    normal: Normal, posterior: Posterior, which: Tensor, *, move: str = "conditional", most: int = MOST
) -> Counterfactuals:
    """Move the most deviating latent of some images, then the next one, until an image would count as normal.

    One latent at least is moved, even of an image that counts as normal already.

    Args:
        normal: what is normal in the batch.
        posterior: of all images of the batch, mean (…, N, Z).
        which: (…, K) int64, the images to be moved.
        move: where to: to the "median" of the batch, to what is expected given the image's other latents
            ("conditional"), to the "nearest" normal image's; or "none", the control.
        most: how many latents at most.

    Raises:
        UnknownNameError: there is no such move.
        ValueError: the images are not places in the batch, or `most` is not a whole number from 1 on.
    """
    if move not in MOVES and move != NONE:
        raise unknown("move", move, [*MOVES, NONE])
    images = posterior.mean.shape[-2]
    if (
        which.dtype != torch.int64
        or which.shape[:-1] != posterior.mean.shape[:-2]
        or not bool(((which >= 0) & (which < images)).all())
    ):
        raise ValueError(
            f"which: expected places of images from 0 to {images - 1}, one row per batch, int64, got "
            f"{tuple(which.shape)} {which.dtype}: of a mask, take mask.nonzero()[:, 0]"
        )
    own = _rows(posterior, which)
    z, moved = own.mean.clone(), torch.zeros_like(own.mean, dtype=torch.bool)
    for number in range(whole("most", most) if move != NONE else 0):
        judged = normal.judge(z)
        odd = judged.flagged if number else torch.ones_like(judged.flagged)
        latent = _suspicion(judged, z, posterior.circles).masked_fill(moved, -torch.inf).argmax(-1)
        now = torch.zeros_like(moved).scatter(-1, latent[..., None], odd[..., None]) & normal.active & ~moved
        z, moved = MOVES[move](normal, judged, z, posterior, latent).where(now, z), moved | now
    circles = posterior.circles
    return Counterfactuals(own, torch.cat([wrapped(z[..., :circles]), z[..., circles:]], -1), moved)


def _suspicion(judged: Outliers, z: Tensor, circles: int) -> Tensor:
    """Return what to move first: z-scores (…, K, Z), lower by the threshold where no oddness of a free latent shows."""
    size = judged.z.abs()
    spread = offsets(z.to(size), judged.expected, circles).abs() / size  # NaN where it is where it should be: not loose
    harmless = (spread > LOOSE) & (size < judged.threshold)
    return (size - judged.threshold * harmless).nan_to_num(-torch.inf)


def gaps(codes: Tensor, batch: Posterior, usual: Tensor, among: Tensor) -> Tensor:
    """Return the distances (…, K, N) of latents from those of a batch's images, infinite from images that are odd.

    Distances are in radians and prior standard deviations, over the latents in `among`, (Z,) or (…, K, 1, Z) bool.
    """
    off = offsets(codes[..., :, None, :], batch.mean[..., None, :, :], batch.circles) * among
    return off.square().sum(-1).sqrt().masked_fill(~usual[..., None, :], torch.inf)


def _rows(posterior: Posterior, which: Tensor) -> Posterior:
    at = which[..., None].expand(*which.shape, posterior.mean.shape[-1])
    return Posterior(posterior.mean.gather(-2, at), posterior.precision.gather(-2, at), posterior.circles)
