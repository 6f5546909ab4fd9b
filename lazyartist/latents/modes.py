"""Latents of which a batch has two modes: most images are in one place, and a group of them in another one.

A factor with two ends that is learnt on a circle may go one way round for some images and the other way for others. In
a batch that has this factor in common, its latent then has two places, and an odd image may lie between them.
"""

from __future__ import annotations

import math

import torch

from torch import Tensor

from lazyartist.latents.angles import offsets
from lazyartist.latents.covariance import typical_sd


GROUP = 0.15  # of the batch: fewer images in another place are odd, and no group
FAR = 5.0  # standard deviations: what is further from a mode does not belong to it


def second_modes(x: Tensor, noise: Tensor, circles: int) -> Tensor:
    """Return where a group of images is that is not in the middle of the batch, (…, 1, A); NaN where there is none.

    It is an offset from the middle, of angles in [0, 2π). The group is as narrow as what is in the middle, where more
    than half of the batch is, and holds 15 % of it or more.

    Args:
        x: (…, N, A) offsets from the middle of the batch.
        noise: (…, A) mean variance of their posteriors.
        circles: how many are angles.
    """
    images = x.shape[-2]
    size = x.abs()
    reach = FAR * typical_sd(x, noise)
    # what is left of a circle without its middle is a line
    line = torch.cat([torch.remainder(x[..., :circles], 2 * math.pi), x[..., circles:]], -1)
    elsewhere = line.masked_fill(size <= reach, torch.inf).sort(-2).values
    group = math.ceil(GROUP * images)
    first, last = elsewhere[..., : images - group + 1, :], elsewhere[..., group - 1 :, :]
    width, at = (last - first).nan_to_num(torch.inf).min(-2, keepdim=True)  # the middle's own have no distance
    centre = (first.gather(-2, at) + last.gather(-2, at)) / 2
    return centre.masked_fill(width > 2 * reach, torch.nan)


def from_nearest_mode(x: Tensor, second: Tensor, circles: int) -> Tensor:
    """Return the offsets (…, N, A) from the batch's middle or from its second mode (…, 1, A), whichever is nearer."""
    off = offsets(x, second, circles)
    return torch.where(off.abs() < x.abs(), off, x)
