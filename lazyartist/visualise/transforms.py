"""Transforms: small random moves between steps, so that no picture is a pattern of single pixels."""

from __future__ import annotations

import math

from dataclasses import dataclass

import torch

from torch import Generator, Tensor
from torch.nn.functional import affine_grid, grid_sample


@dataclass(frozen=True)
class Transforms:
    """Move, turn and scale; one move per step for the whole batch, so that no picture depends on its neighbours.

    Attributes:
        jitter: pixels, either way, along each axis.
        degrees: of the turn, either way.
        scale: share of the size, either way.
    """

    jitter: float = 1.0
    degrees: float = 5.0
    scale: float = 0.05

    def __call__(self, images: Tensor, generator: Generator) -> Tensor:
        """Return moved images (B, 3, H, W); what comes in from outside repeats the border."""
        turn, scale, across, down = (2 * torch.rand(4, generator=generator) - 1).tolist()
        angle, size = math.radians(turn * self.degrees), 1 + scale * self.scale
        cos, sin = math.cos(angle) / size, math.sin(angle) / size
        height, width = images.shape[2:]
        matrix = [
            [cos, -sin * height / width, 2 * across * self.jitter / width],
            [sin * width / height, cos, 2 * down * self.jitter / height],
        ]
        grid = affine_grid(torch.tensor([matrix], dtype=images.dtype), [1, 1, height, width], align_corners=False)
        return grid_sample(images, grid.expand(len(images), -1, -1, -1), padding_mode="border", align_corners=False)
