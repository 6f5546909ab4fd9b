"""SmoothGrad: the gradient, averaged over noisy copies of the image."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torch import Tensor, nn

from lazyartist.attribution import MAPS
from lazyartist.attribution.base import checked_images, input_gradient
from lazyartist.attribution.saliency import Saliency
from lazyartist.attribution.target import Target
from lazyartist.knobs import check_knobs, knob
from lazyartist.seeding import seed_from


@MAPS.register("smooth_grad", source="Smilkov et al. 2017, arXiv:1706.03825")
@dataclass(frozen=True)
class SmoothGrad(Saliency):
    """Saliency of the mean gradient over copies of the image with Gaussian noise.

    Every image of a batch gets the same noise, so that its map does not depend on the others.

    Attributes:
        samples: how many copies, 1 or more.
        noise: standard deviation, as a share of each image's own range of values; 0 or more.
        seed: of the noise.

    Raises:
        ValueError: one of them is out of range.
    """

    samples: int = knob(25, low=1, whole=True)
    noise: float = knob(0.1, low=0)
    seed: int = knob(0, low=0, whole=True)

    def __post_init__(self) -> None:
        check_knobs(self)

    def attribution(self, model: nn.Module, images: Tensor, target: Target) -> Tensor:
        """Return the mean of ∂score/∂x over the noisy copies, (N, C, H, W), with its sign."""
        x = checked_images(images)
        generator = torch.Generator().manual_seed(seed_from("smooth grad", self.seed))
        size = self.noise * (x.amax((1, 2, 3), keepdim=True) - x.amin((1, 2, 3), keepdim=True))
        total = torch.zeros_like(x)
        for _ in range(self.samples):
            noise = torch.randn(x.shape[1:], generator=generator).to(x.device)
            total += input_gradient(model, x + size * noise, target)
        return total / self.samples
