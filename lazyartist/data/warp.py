"""Scaling and moving grey images."""

from __future__ import annotations

import torch

from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample


def scaled_and_moved(grey: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """Return images scaled about their middle and then moved, bilinear; what comes in from outside is background.

    Args:
        grey: (B, 1, H, W).
        scale: (B,), above 1 is larger.
        shift: (B, 2), to the right and down, as shares of the sides.
    """
    theta = torch.zeros(len(grey), 2, 3)
    theta[:, 0, 0] = theta[:, 1, 1] = 1 / scale
    theta[:, :, 2] = -2 * shift / scale[:, None]  # the sides run from -1 to 1
    grid = affine_grid(theta, list(grey.shape), align_corners=False)
    return grid_sample(grey, grid, align_corners=False)
