"""How good counterfactuals are: by what the encoder says of them, and by what an exact reader of factors sees."""

from __future__ import annotations

import math

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from torch import Tensor
from torch.nn.functional import one_hot

from lazyartist.data.grid import Grid
from lazyartist.latents.counterfactuals import Counterfactuals, gaps
from lazyartist.latents.learn import LatentModel
from lazyartist.latents.normal import Normal
from lazyartist.latents.posterior import Posterior


COMPARED = 4096  # normal images at most, evenly from the batch, whose nearest neighbours say what is usual
AT_ONCE = 1 << 26  # numbers: 256 MB
USUAL = 0.99  # of normal images: how many are as near to another one as a plausible counterfactual is


@dataclass(frozen=True, eq=False)
class CounterfactualQuality:
    """How good counterfactuals are, one number each, (…, K).

    Attributes:
        pictures: (…, K, C, H, W), what they look like.
        valid: bool, whether they count as normal in the batch when the decoded picture is encoded again.
        plausible: bool, whether the picture's latents are as near to a normal image as 99 % of normal images are to
            another one, or nearer than the encoder is sure; of a batch of more than 4,096 images that many are asked.
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
    if not bool(((off >= 0) & (off < read.shape[1])).all()):
        raise ValueError("off: expected one factor per image; images that are off in several cannot be judged this way")
    step = torch.tensor([int(name in gradual) for name in grid.sizes])
    here = one_hot(off, read.shape[1]).bool()
    away = (read - factors).abs()
    return FactorChanges(
        restored=((read == normal) & here).any(1),
        kept=((away <= step) | here).all(1),
        exactly_kept=((away == 0) | here).all(1),
    )


def _near(codes: Tensor, batch: Posterior, usual: Tensor, active: Tensor) -> Tensor:
    """Return whether codes (…, K, Z) are as near to normal images of a batch as these are to each other."""
    near = _nearest(codes, batch, usual, active)
    compared = torch.arange(0, usual.shape[-1], math.ceil(usual.shape[-1] / COMPARED))
    others = _nearest(batch.mean[..., compared, :], batch, usual, active, compared)
    unsure = (batch.sd.square().mean(-2) * active).sum(-1, keepdim=True).sqrt()
    far = others.masked_fill(~usual[..., compared], torch.nan).nanquantile(USUAL, dim=-1, keepdim=True)
    return near <= torch.maximum(far, unsure)


def _nearest(codes: Tensor, batch: Posterior, usual: Tensor, active: Tensor, places: Tensor | None = None) -> Tensor:
    """Return how far codes (…, K, Z) are from the nearest normal image of a batch, (…, K), a few at a time.

    If the codes are images of the batch, these are their `places`, and none is its own neighbour.
    """
    size = max(1, AT_ONCE // batch.mean.numel())
    parts = []
    for rows in torch.split(torch.arange(codes.shape[-2]), size):
        gap = gaps(codes[..., rows, :], batch, usual, active)
        if places is not None:
            gap = gap.masked_fill(places[rows, None] == torch.arange(gap.shape[-1]), torch.inf)
        parts.append(gap.amin(-1))
    return torch.cat(parts, -1)
