"""Look at the edges."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torch import Tensor
from torch.nn.functional import conv2d, pad

from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.gradient_penalty import GradientPenalty


@STRATEGIES.register("edge_saliency", source="Ross et al. 2017, right for the right reasons, arXiv:1703.03717")
@dataclass(frozen=True)
class EdgeSaliency(GradientPenalty):
    """Penalise the share of the input gradient that does not lie on the image's edges.

    The edges are those of the brightness (the largest channel), by Sobel's filter, so that a stroke's colour does not
    move them.

    Attributes:
        weight: of the share.
    """

    weight: float = 0.3

    def penalty(self, gradient: Tensor, x: Tensor) -> Tensor:
        """Return the share of Σ|∇ₓ CE| that lies off the edges."""
        saliency = gradient.abs().sum(1)  # (B, H, W)
        return (saliency * (1 - sobel_edges(x))).sum((1, 2)) / saliency.sum((1, 2)).clamp_min(1e-8)


def sobel_edges(x: Tensor) -> Tensor:
    """Return the strength of the edges of images (B, 3, H, W), (B, H, W) in [0, 1]: 1 at the strongest of each."""
    across = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
    filters = torch.stack([across, across.T])[:, None]
    slopes = conv2d(pad(x.amax(1, keepdim=True), (1, 1, 1, 1), mode="replicate"), filters)
    strength = slopes.square().sum(1).sqrt()
    return strength / strength.amax((1, 2), keepdim=True).clamp_min(1e-8)
