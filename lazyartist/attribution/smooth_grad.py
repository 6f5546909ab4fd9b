"""The gradient, averaged over noisy copies."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torch import Tensor, nn

from lazyartist.attribution import MAPS
from lazyartist.attribution.base import checked, double_backprop
from lazyartist.attribution.saliency import Saliency
from lazyartist.attribution.target import Target
from lazyartist.seeding import seed_from


@MAPS.register("smooth_grad", source="Smilkov et al. 2017, arXiv:1706.03825")
@dataclass(frozen=True)
class SmoothGrad(Saliency):
    """Saliency of the mean gradient over copies of the image with Gaussian noise.

    Every image of a batch gets the same noise, so that its map does not depend on the others.

    Attributes:
        samples: how many copies.
        noise: standard deviation, as a share of each image's own range of values.
        seed: of the noise.
    """

    samples: int = 25
    noise: float = 0.1
    seed: int = 0

    def attribution(self, model: nn.Module, images: Tensor, target: Target) -> Tensor:
        """Return the mean of ∂score/∂x over the noisy copies, (N, C, H, W), with its sign."""
        x = checked(images)
        generator = torch.Generator().manual_seed(seed_from("smooth grad", self.seed))
        size = self.noise * (x.amax((1, 2, 3), keepdim=True) - x.amin((1, 2, 3), keepdim=True))
        total = torch.zeros_like(x)
        for _ in range(self.samples):
            total += double_backprop(model, x + size * torch.randn(x.shape[1:], generator=generator), target)
        return total / self.samples
