"""The gradient, integrated from black to the image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from torch import Tensor, nn

from lazyartist.inference import evaluating
from lazyartist.attribution import MAPS
from lazyartist.attribution.base import InputMap, checked, double_backprop
from lazyartist.attribution.target import Target, scores


@MAPS.register("integrated_gradients", source="Sundararajan et al. 2017, arXiv:1703.01365")
@dataclass(frozen=True)
class IntegratedGradients(InputMap):
    """(x − b) ∫ ∂score/∂x along the straight line from a baseline b to the image, by Gauss-Legendre quadrature.

    The map sums to the difference of the scores at image and baseline: `gap` says how nearly.

    Attributes:
        steps: nodes of the quadrature.
        baseline: the value of every pixel of b; 0 is black.
    """

    steps: int = 50
    baseline: float = 0.0

    def attribution(self, model: nn.Module, images: Tensor, target: Target) -> Tensor:
        """Return (N, C, H, W), with its sign."""
        x = checked(images)
        nodes, weights = np.polynomial.legendre.leggauss(self.steps)  # on [−1, 1]
        total = torch.zeros_like(x)
        for node, weight in zip((1 + nodes) / 2, weights / 2, strict=True):
            total += float(weight) * double_backprop(model, self.baseline + float(node) * (x - self.baseline), target)
        return total * (x - self.baseline)

    def reduce(self, attribution: Tensor) -> Tensor:
        """Return the sum over the colour channels, (N, H, W), which keeps the total."""
        return attribution.sum(1)

    def gap(self, model: nn.Module, images: Tensor, target: Target) -> Tensor:
        """Return (N,), by how much the map's sum exceeds score(x) − score(b): 0 if the integral is exact."""
        x = checked(images)
        with evaluating(model), torch.no_grad():
            rise = scores(model(x), target) - scores(model(torch.full_like(x, self.baseline)), target)
        return self(model, x, target).sum((1, 2)) - rise
