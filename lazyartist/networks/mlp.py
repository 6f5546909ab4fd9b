"""The multi-layer perceptron of the literature on debiasing."""

from __future__ import annotations

from itertools import pairwise

from torch import nn

from lazyartist.networks import NETWORKS, check_counts


@NETWORKS.register("mlp", source="Nam et al. 2020, arXiv:2007.02561")
def mlp(classes: int = 10, width: int = 100, pixels: int = 28) -> nn.Module:
    """Three hidden layers of `width` units with ReLU on the flattened image of `pixels` × `pixels`."""
    check_counts(classes=classes, width=width, pixels=pixels)
    sizes = [3 * pixels**2, width, width, width]
    layers = [part for a, b in pairwise(sizes) for part in (nn.Linear(a, b), nn.ReLU())]
    return nn.Sequential(nn.Flatten(), *layers, nn.Linear(width, classes))
