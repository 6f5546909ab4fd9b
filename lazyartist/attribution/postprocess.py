"""Post-processing: the positive part of maps, another size, another scale. Each step is a function of its own."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import interpolate


def positive(maps: Tensor) -> Tensor:
    """Return what speaks for the target: (N, h, w) without the negative part."""
    return maps.clamp_min(0)


def upsample(maps: Tensor, size: tuple[int, int]) -> Tensor:
    """Return the maps in another size, (N, *size), bilinear with the corners of pixels aligned."""
    return interpolate(maps[:, None], size, mode="bilinear", align_corners=False)[:, 0]


def normalise(maps: Tensor) -> Tensor:
    """Return each map stretched to [0, 1] by itself; a map of one value everywhere becomes zeros.

    For the eye alone: it throws away sign and magnitude, which comparisons between images and models need.
    """
    low, high = maps.amin((1, 2), keepdim=True), maps.amax((1, 2), keepdim=True)
    return (maps - low) / (high - low).where(high > low, 1)


def blank(maps: Tensor) -> Tensor:
    """Return (N,) bool: is the map zero everywhere, as that of a dead layer?"""
    return (maps == 0).flatten(1).all(1)
