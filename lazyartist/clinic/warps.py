"""Images that are turned, scaled, sheared and shifted at random, each in its own way."""

from __future__ import annotations

import torch

from torch import Tensor
from torch.nn import functional as F


def random_affine(
    n: int, generator: torch.Generator, *, turn: float = 0.0, scale: float = 0.0, shear: float = 0.0, shift: float = 0.0
) -> Tensor:
    """Draw matrices (n, 2, 3) for `warped`, each number uniformly.

    Args:
        n: how many.
        generator: of all of them.
        turn: the largest angle in radians, either way; π is any angle.
        scale: the largest share by which an image grows or shrinks, in [0, 1).
        shear: the largest shear, in widths per height, either way.
        shift: the longest shift, as a share of the side, either way.
    """

    def drawn(most: float) -> Tensor:
        return most * (2 * torch.rand(n, generator=generator) - 1)

    angle, size, slant = drawn(turn), 1 / (1 + drawn(scale)), drawn(shear)
    cos, sin = size * angle.cos(), size * angle.sin()
    moves = 2 * drawn(shift), 2 * drawn(shift)  # the grid goes from -1 to 1
    return torch.stack([cos, slant * cos - sin, moves[0], sin, slant * sin + cos, moves[1]], 1).reshape(n, 2, 3)


def warped(images: Tensor, matrices: Tensor, offsets: Tensor | None = None) -> Tensor:
    """Return images (N, C, H, W), each seen through its matrix (N, 2, 3); what lies outside is 0.

    Args:
        images: any values; between pixels they are interpolated.
        matrices: from places in the result to places in the image, both from -1 to 1.
        offsets: (N, H, W, 2), a further shift of each pixel in the same units, for elastic warps.

    Raises:
        ValueError: there is not one matrix per image.
    """
    if matrices.shape != (len(images), 2, 3):
        raise ValueError(f"matrices {tuple(matrices.shape)}: expected ({len(images)}, 2, 3), one per image")
    grid = F.affine_grid(matrices, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid if offsets is None else grid + offsets, align_corners=False)
