"""Edges: where an image's brightness changes."""

from __future__ import annotations

import torch

from torch import Tensor
from torch.nn.functional import conv2d, pad


def sobel_edges(x: Tensor) -> Tensor:
    """Return the strength of the edges of images (B, C, H, W), (B, H, W) in [0, 1]: 1 at the strongest of each."""
    across = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]], dtype=x.dtype, device=x.device)
    filters = torch.stack([across, across.T])[:, None]
    slopes = conv2d(pad(x.amax(1, keepdim=True), (1, 1, 1, 1), mode="replicate"), filters)
    strength = slopes.square().sum(1).sqrt()
    return strength / strength.amax((1, 2), keepdim=True).clamp_min(1e-8)
