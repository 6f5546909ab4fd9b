"""Saliency: the plain gradient of the score with respect to the image."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from lazyartist.attribution import MAPS
from lazyartist.attribution.base import InputMap, checked_images, input_gradient
from lazyartist.attribution.target import Target


@MAPS.register("saliency", source="Simonyan et al. 2014, arXiv:1312.6034")
@dataclass(frozen=True)
class Saliency(InputMap):
    """How fast the score changes with each pixel: the largest |∂score/∂x| of its colour channels."""

    def attribution(self, model: nn.Module, images: Tensor, target: Target) -> Tensor:
        """Return ∂score/∂x, (N, C, H, W), with its sign."""
        return input_gradient(model, checked_images(images), target)

    def reduce(self, attribution: Tensor) -> Tensor:
        """Return the largest size over the colour channels, (N, H, W)."""
        return attribution.abs().amax(1)
