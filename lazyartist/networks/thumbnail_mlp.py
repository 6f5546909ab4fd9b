"""A perceptron that sees a small copy of the image."""

from __future__ import annotations

from torch import nn

from lazyartist.networks import NETWORKS, check_counts
from lazyartist.networks.mlp import mlp


@NETWORKS.register("thumbnail_mlp")
def thumbnail_mlp(classes: int = 10, width: int = 100, pixels: int = 28) -> nn.Module:
    """The perceptron `mlp` on an image of any size, averaged down (or repeated up) to `pixels` × `pixels`."""
    check_counts(classes=classes, width=width, pixels=pixels)
    return nn.Sequential(nn.AdaptiveAvgPool2d(pixels), mlp(classes, width, pixels))
