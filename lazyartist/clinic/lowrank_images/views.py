"""Views of digits: turned, scaled, sheared, shifted, brighter or darker, inverted, noisy; drawn from a generator."""

from __future__ import annotations

import math

import torch

from torch import Tensor
from torch.nn import functional as F


TURN, SCALE, SHEAR, SHIFT = 25.0, 0.2, 0.2, 0.12  # degrees, shares; the shift is one of the image's width
CONTRAST, BRIGHTNESS, NOISE = 0.5, 0.3, 0.05


def views(digits: Tensor, side: int, generator: torch.Generator) -> Tensor:
    """Return one view of each digit, as a person might photograph it.

    Args:
        digits: (N, 28, 28) uint8, 0 is background.
        side: of the views, pixels.
        generator: of every choice.

    Returns:
        (N, side, side) float32, grey values about [0, 1], not clipped.
    """

    def between(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(len(digits), generator=generator)

    images = F.pad(digits[:, None].float() / 255, (2, 2, 2, 2))
    turn, shear, scale = between(-TURN, TURN) * math.pi / 180, between(-SHEAR, SHEAR), between(1 - SCALE, 1 + SCALE)
    cos, sin = turn.cos() / scale, turn.sin() / scale
    # from places in the view to places in the digit, both in [-1, 1]: hence the shift is twice the share
    shifts = [between(-2 * SHIFT, 2 * SHIFT) for _ in range(2)]
    rows = torch.stack([cos, shear * cos - sin, shifts[0], sin, shear * sin + cos, shifts[1]], 1).view(-1, 2, 3)
    grid = F.affine_grid(rows, [len(digits), 1, side, side], align_corners=False)
    seen = F.grid_sample(images, grid, align_corners=False)[:, 0]
    inverted = (torch.rand(len(digits), generator=generator) < 0.5)[:, None, None]
    seen = torch.where(inverted, 1 - seen, seen)
    contrast, brightness = between(1 - CONTRAST, 1 + CONTRAST), between(-BRIGHTNESS, BRIGHTNESS)
    seen = (seen - 0.5) * contrast[:, None, None] + 0.5 + brightness[:, None, None]
    return seen + NOISE * torch.randn(seen.shape, generator=generator)
