"""Which room is it? The nearest of all 480,000 images, exactly: all six factors of any picture, and nothing is trained.

|x - image|² = |x|² - 2 x·image + |image|², and an image is a sum of four weight images times colours. So x is compared
with 480 × 4 weight images, not with 480,000 pictures; |image|² follows from how much weight images overlap. Most of the
480 are ruled out at once: overlaps of two regions are never negative, so leaving them out bounds the distance below.
"""

from __future__ import annotations

import torch

from torch import Tensor

from lazyartist.data.room3d import GRID, HUES, MAPS, SKY, Room3D, geometry, hues
from lazyartist.device import kept_here


AT_ONCE = 64  # pictures
FIRST = 24  # of the 480 that are looked at closely, before it is known whether more have to be


def read_factors(pictures: Tensor) -> Tensor:
    """Return the factors of the images that are nearest to some pictures, (B, 6) int64 in the order of `room3d`.

    Args:
        pictures: (B, 3, size, size) float32, for whatever size `Room3D` has; decoded, noisy or painted over.

    Raises:
        ValueError: the pictures have another shape or type, or are not finite.
    """
    if pictures.ndim != 4 or pictures.shape[1] != 3 or pictures.shape[2] != pictures.shape[3]:
        raise ValueError(f"pictures: expected (B, 3, size, size), got {tuple(pictures.shape)}")
    if not pictures.is_floating_point() or not bool(pictures.isfinite().all()):
        raise ValueError(f"pictures: expected finite floats in [0, 1], got {pictures.dtype}")
    size = Room3D(pictures.shape[-1]).size
    parts = [_nearest(part.flatten(2).float(), size) for part in torch.split(pictures, AT_ONCE)]
    return GRID.factors_of(torch.cat(parts) if parts else torch.empty(0, dtype=torch.int64))


def _nearest(pictures: Tensor, size: int) -> Tensor:
    """Return the indices (B,) of the images nearest to pictures (B, 3, size²)."""
    constant, alone, pairs = _overlaps(size)
    weights = geometry(size)[0].flatten(0, 1)
    told = (pictures.flatten(0, 1) @ weights.T).view(-1, 3, MAPS, 4)  # by channel, map and region
    colours = torch.tensor(SKY)
    sky = torch.einsum("bcm,c->bm", told[..., 0], colours)
    regions = torch.einsum("bcmr,hc->bmrh", told[..., 1:], hues())
    costs = alone - 2 * regions  # (B, 480, 3 regions, 10 hues): the distance without overlaps
    base = constant - 2 * sky
    below = base + costs.amin(3).sum(2)
    first = below.topk(FIRST, dim=1, largest=False)
    distance, index = _among(first.indices, base, costs, pairs)
    sure = distance <= below.scatter(1, first.indices, torch.inf).amin(1)
    if not bool(sure.all()):
        rest = (~sure).nonzero()[:, 0]
        every = torch.arange(MAPS).expand(len(rest), -1)
        _, index[rest] = _among(every, base[rest], costs[rest], pairs)
    return index


def _among(maps: Tensor, base: Tensor, costs: Tensor, pairs: tuple[Tensor, ...]) -> tuple[Tensor, Tensor]:
    """Return the least distances (B,) and their indices (B,), among some of the 480 for each picture, (B, M)."""
    row = torch.arange(len(maps))[:, None]
    floor, wall, thing = costs[row, maps].unbind(2)  # (B, M, 10 hues) each
    floor_wall, floor_thing, wall_thing = (pair[maps] for pair in pairs)
    near = floor[..., :, None] + wall[..., None, :] + floor_wall
    total = near[..., None] + (floor_thing + thing[..., None, :])[..., :, None, :] + wall_thing[..., None, :, :]
    distance, place = (total + base[row, maps][..., None, None, None]).flatten(1).min(1)
    hue = place % HUES**3
    return distance, hue * MAPS + maps[row[:, 0], place // HUES**3]


@kept_here(2)
def _overlaps(size: int) -> tuple[Tensor, Tensor, tuple[Tensor, ...]]:
    """What |image|² is made of.

    Returns:
        (480,) the sky's own part; (480, 3 regions, 10 hues) the part of each other region, alone and with the sky; and
        (480, 10, 10) for each two of them: floor and wall, floor and object, wall and object.
    """
    weights = geometry(size)[0]
    overlap = weights @ weights.transpose(1, 2)  # (480, 4, 4)
    sky, own = torch.tensor(SKY), hues()
    alone = overlap.diagonal(dim1=1, dim2=2)[:, 1:, None] * own.pow(2).sum(1)
    alone = alone + 2 * overlap[:, 0, 1:, None] * (own @ sky)
    alike = 2 * own @ own.T
    pairs = tuple(overlap[:, i, j, None, None] * alike for i, j in ((1, 2), (1, 3), (2, 3)))
    return overlap[:, 0, 0] * sky.dot(sky), alone, pairs
