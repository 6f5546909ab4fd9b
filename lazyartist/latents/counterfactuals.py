"""What would an odd image look like if it were normal? Its most deviating latents are moved, and it is decoded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from torch import Tensor

from lazyartist.data.grid import Grid
from lazyartist.latents.angles import offsets, wrapped
from lazyartist.latents.learn import LatentModel
from lazyartist.latents.normal import Normal, Outliers
from lazyartist.latents.posterior import Posterior
from lazyartist.registry import unknown
from lazyartist.sae.validation import whole


MOST = 3  # latents; of images that are off in one factor nine in ten need one
NONE = "none"
LOOSE = 0.7  # radians or prior standard deviations: a latent that spreads further is free, and nothing is odd about it
USUAL = 0.99  # of normal images: how many are as near to another one as a plausible counterfactual is

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
    nearest = _gaps(z, batch, usual, others[..., None, :]).argmin(-1)
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
    if which.dtype != torch.int64 or which.shape[:-1] != posterior.mean.shape[:-2] or not _inside(which, images):
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


@dataclass(frozen=True, eq=False)
class CounterfactualQuality:
    """How good counterfactuals are, one number each, (…, K).

    Attributes:
        pictures: (…, K, C, H, W), what they look like.
        valid: bool, whether they count as normal in the batch when the decoded picture is encoded again.
        plausible: bool, whether the picture's latents are as near to a normal image as 99 % of normal images are to
            another one.
        latents: int64, how many latents were moved.
        sigmas: how far, in standard deviations of the posteriors.
        pixels: mean absolute difference between the pixels of counterfactual and reconstruction, in [0, 1].
    """

    pictures: Tensor
    valid: Tensor
    plausible: Tensor
    latents: Tensor
    sigmas: Tensor
    pixels: Tensor


def judge_counterfactuals(
    model: LatentModel, normal: Normal, batch: Posterior, made: Counterfactuals
) -> CounterfactualQuality:
    """Decode counterfactuals, encode what comes out, and judge that.

    Args:
        model: whose latents they are.
        normal: what is normal in the batch.
        batch: posterior of all its images, mean (…, N, Z).
        made: from this batch.
    """
    pictures, before = (model.decode(z.float().flatten(0, -2)) for z in (made.z, made.posterior.mean))
    codes = model.encode(pictures).mean.view_as(made.z)
    usual = normal.judge(batch.mean)
    shape = made.z.shape[:-1]
    return CounterfactualQuality(
        pictures=pictures.view(*shape, *pictures.shape[1:]),
        valid=~normal.judge(codes).flagged,
        plausible=_near(codes, batch, ~usual.flagged, normal.active),
        latents=made.moved.sum(-1),
        sigmas=made.sigmas,
        pixels=(pictures - before).abs().flatten(1).mean(1).view(shape),
    )


@dataclass(frozen=True, eq=False)
class FactorChanges:
    """What factors have changed, as an exact reader sees them; one truth per picture, (K,) bool.

    Attributes:
        restored: the factor that was off has the batch's value.
        kept: all other factors have the value that they had, or are one step from it where a step is hardly seen.
        exactly_kept: all other factors have the value that they had.
    """

    restored: Tensor
    kept: Tensor
    exactly_kept: Tensor


def judge_factors(
    read: Tensor, factors: Tensor, off: Tensor, normal: Tensor, grid: Grid, *, gradual: Sequence[str] = ()
) -> FactorChanges:
    """Compare the factors of decoded pictures with what they should be.

    Args:
        read: (K, F) int64, the factors of the pictures, such as `read_factors` reads from rooms.
        factors: (K, F) int64, those of the odd images.
        off: (K,) int64, which factor each of these is off in.
        normal: (K, F) int64, the values that the normal images of its batch share.
        grid: names of the factors.
        gradual: names of those of which the next value is hardly another one; "kept" allows it.

    Raises:
        ValueError: the sizes differ, an image is off in no single factor, or a gradual factor is not there.
    """
    if not read.shape == factors.shape == normal.shape or off.shape != read.shape[:1]:
        raise ValueError(
            f"factors {tuple(read.shape)}, {tuple(factors.shape)} and {tuple(normal.shape)}, off {tuple(off.shape)}: "
            "expected (K, F) three times, and (K,)"
        )
    if wrong := [name for name in gradual if name not in grid.sizes]:
        raise ValueError(f"gradual={wrong}: expected some of {', '.join(grid.sizes)}")
    if not _inside(off, read.shape[1]):
        raise ValueError("off: expected one factor per image; images that are off in several cannot be judged this way")
    step = torch.tensor([int(name in gradual) for name in grid.sizes])
    here = torch.nn.functional.one_hot(off, read.shape[1]).bool()
    away = (read - factors).abs()
    return FactorChanges(
        restored=((read == normal) & here).any(1),
        kept=((away <= step) | here).all(1),
        exactly_kept=((away == 0) | here).all(1),
    )


def _suspicion(judged: Outliers, z: Tensor, circles: int) -> Tensor:
    """Return what to move first: z-scores (…, K, Z), lower by the threshold where no oddness of a free latent shows."""
    size = judged.z.abs()
    spread = offsets(z.to(size), judged.expected, circles).abs() / size  # NaN where it is where it should be: not loose
    harmless = (spread > LOOSE) & (size < judged.threshold)
    return (size - judged.threshold * harmless).nan_to_num(-torch.inf)


def _near(codes: Tensor, batch: Posterior, usual: Tensor, active: Tensor) -> Tensor:
    """Return whether codes (…, K, Z) are as near to normal images of a batch as these are to each other."""
    near = _gaps(codes, batch, usual, active).amin(-1)
    among = _gaps(batch.mean, batch, usual, active)
    others = among.masked_fill(torch.eye(usual.shape[-1], dtype=torch.bool), torch.inf).amin(-1)
    return near <= others.masked_fill(~usual, torch.nan).nanquantile(USUAL, dim=-1, keepdim=True)


def _gaps(codes: Tensor, batch: Posterior, usual: Tensor, among: Tensor) -> Tensor:
    """Return the distances (…, K, N) of latents from those of a batch's images, infinite from images that are odd.

    Distances are in radians and prior standard deviations, over the latents in `among`, (Z,) or (…, K, 1, Z) bool.
    """
    off = offsets(codes[..., :, None, :], batch.mean[..., None, :, :], batch.circles) * among
    return off.square().sum(-1).sqrt().masked_fill(~usual[..., None, :], torch.inf)


def _rows(posterior: Posterior, which: Tensor) -> Posterior:
    at = which[..., None].expand(*which.shape, posterior.mean.shape[-1])
    return Posterior(posterior.mean.gather(-2, at), posterior.precision.gather(-2, at), posterior.circles)


def _inside(places: Tensor, count: int) -> bool:
    return not places.numel() or 0 <= int(places.min()) <= int(places.max()) < count
