"""Pictures of nothing in particular, made of what is at hand: they ask a teacher what it knows."""

from __future__ import annotations

import math

import torch

from torch import Tensor

from lazyartist.clinic.warps import random_affine, warped


def collages(images: Tensor, n: int, generator: torch.Generator) -> Tensor:
    """Make pictures (n, 1, H, W), each of two images that are turned by any angle, mirrored or not, and put together.

    A third are cut in halves and joined side by side, a third one above the other, a third are overlaid.

    Args:
        images: (N, 1, H, W) in [0, 1], on black.
        n: how many.
        generator: of all that is drawn.
    """
    chosen = images[torch.randint(len(images), (2 * n,), generator=generator)]
    mirrored = torch.rand(2 * n, 1, 1, 1, generator=generator) < 0.5
    chosen = torch.where(mirrored, chosen.flip(3), chosen)
    moves = random_affine(2 * n, generator, turn=math.pi, scale=0.2, shift=0.1)
    one, other = warped(chosen, moves).chunk(2)
    height, width = images.shape[2:]
    rows, columns = torch.arange(height)[:, None] < height // 2, torch.arange(width) < width // 2
    upper, left = rows.expand(height, width), columns.expand(height, width)
    way = torch.randint(3, (n, 1, 1, 1), generator=generator)
    joined = torch.where(torch.where(way == 0, left, upper), one, other)
    return torch.where(way == 2, torch.maximum(one, other), joined)
