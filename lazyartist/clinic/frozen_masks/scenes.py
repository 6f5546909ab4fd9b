"""Scenes: a grey digit somewhere on a cloudy ground, and the exact mask of its strokes."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torch import Tensor
from torch.nn import functional as F

from lazyartist.clinic.warps import warped
from lazyartist.device import kept_here


CANVAS = 32  # pixels
SMALLEST, LARGEST = 20, 29  # pixels that an image of a digit, 28 with its rim, comes to
BLURS = (1.0, 2.5, 6.0)  # standard deviations of the clouds, in pixels
CLOUDS = 0.12  # how much the ground varies
GROUND, CONTRAST = (0.25, 0.55), (0.28, 0.42)  # its mean, and how much lighter a digit is
TEXTURE = 0.05  # how much the strokes vary


@dataclass(frozen=True, eq=False)
class Scenes:
    """Images with exact masks.

    Attributes:
        images: (N, 1, 32, 32) in [0, 1].
        masks: (N, 32, 32) bool, True on the strokes.
    """

    images: Tensor
    masks: Tensor

    def some(self, places: Tensor | slice) -> Scenes:
        """Return some of them."""
        return Scenes(self.images[places].clone(), self.masks[places].clone())


@kept_here(8)
def blur_matrix(sigma: float, side: int = CANVAS) -> Tensor:
    """Return the matrix (side, side) that blurs a line of pixels, mirrored at its ends, by a Gaussian."""
    places = torch.arange(side).float()
    rows = torch.zeros(side, side)
    for copy in range(-2, 3):  # the line, and its mirror images beside it
        seen = places if copy % 2 == 0 else side - 1 - places
        rows += torch.exp(-((places[:, None] - (seen + copy * side)) ** 2) / (2 * sigma**2))
    return rows / rows.sum(1, keepdim=True)


def grounds(n: int, generator: torch.Generator) -> Tensor:
    """Draw empty grounds (n, 1, 32, 32): the sum of three clouds, fine, middling and coarse, around a mean."""
    clouds = torch.zeros(n, 1, CANVAS, CANVAS)
    for sigma in BLURS:
        blur = blur_matrix(sigma)
        cloud = blur @ torch.randn(n, 1, CANVAS, CANVAS, generator=generator) @ blur.T
        clouds += (cloud - cloud.mean((2, 3), keepdim=True)) / cloud.std((2, 3), keepdim=True)
    clouds *= CLOUDS / clouds.std((2, 3), keepdim=True)
    return (between(GROUND, n, generator) + clouds).clamp(0, 1)


def scenes(digits: Tensor, generator: torch.Generator) -> Scenes:
    """Put digits somewhere on grounds of their own.

    Args:
        digits: (N, 28, 28) uint8, light on black.
        generator: of size, place, ground and texture.
    """
    n = len(digits)
    strokes = placed(digits[:, None].float() / 255, generator)
    ground = grounds(n, generator)
    ink = ground.mean((2, 3), keepdim=True) + between(CONTRAST, n, generator)
    ink = ink + TEXTURE * torch.randn(n, 1, CANVAS, CANVAS, generator=generator)
    images = ground * (1 - strokes) + ink.clamp(0, 1) * strokes
    return Scenes(images, strokes[:, 0] > 0.5)


def placed(digits: Tensor, generator: torch.Generator) -> Tensor:
    """Return digits (N, 1, 28, 28) on a canvas of 32 pixels, each in a size and at a place of its own, on black."""
    n, rim = len(digits), (CANVAS - digits.shape[-1]) // 2
    side = SMALLEST + torch.randint(LARGEST - SMALLEST + 1, (n,), generator=generator)
    scale = digits.shape[-1] / side
    room = (CANVAS - side) / CANVAS  # of the canvas, whose half is 1
    at = (2 * torch.rand(n, 2, generator=generator) - 1) * room[:, None]
    matrices = torch.zeros(n, 2, 3)
    matrices[:, 0, 0] = matrices[:, 1, 1] = scale
    matrices[:, :, 2] = -at * scale[:, None]
    return warped(F.pad(digits, (rim, rim, rim, rim)), matrices)


def between(ends: tuple[float, float], n: int, generator: torch.Generator) -> Tensor:
    """Draw n numbers between two ends, (n, 1, 1, 1)."""
    low, high = ends
    return low + (high - low) * torch.rand(n, 1, 1, 1, generator=generator)
