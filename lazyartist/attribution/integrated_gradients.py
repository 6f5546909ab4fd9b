"""Integrated gradients: the gradient, integrated from a baseline to the image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from torch import Tensor, nn

from lazyartist.attribution import MAPS
from lazyartist.attribution.base import InputMap, checked_images, input_gradient
from lazyartist.attribution.target import Target, scores
from lazyartist.inference import evaluating, outputs
from lazyartist.knobs import check_knobs, knob


@MAPS.register("integrated_gradients", source="Sundararajan et al. 2017, arXiv:1703.01365")
@dataclass(frozen=True)
class IntegratedGradients(InputMap):
    """(x − b) ∫ ∂score/∂x along the straight line from a baseline b to the image, by Gauss-Legendre quadrature.

    The map sums to the difference of the scores at image and baseline: `gap` says how nearly. Pixels that are as the
    baseline count nothing, whatever the model does: on a black baseline a black background has 0 by construction.

    Attributes:
        steps: nodes of the quadrature, 1 or more.
        baseline: the value of every pixel of b, in [0, 1]; 0 is black.

    Raises:
        ValueError: one of them is out of range.
    """

    steps: int = knob(50, low=1, whole=True)
    baseline: float = knob(0.0, low=0, high=1)

    def __post_init__(self) -> None:
        check_knobs(self)

    def attribution(self, model: nn.Module, images: Tensor, target: Target) -> Tensor:
        """Return (N, C, H, W), with its sign."""
        x = checked_images(images)
        nodes, weights = np.polynomial.legendre.leggauss(self.steps)  # on [−1, 1]
        total = torch.zeros_like(x)
        for node, weight in zip((1 + nodes) / 2, weights / 2, strict=True):
            total += float(weight) * input_gradient(model, self.baseline + float(node) * (x - self.baseline), target)
        return total * (x - self.baseline)

    def reduce(self, attribution: Tensor) -> Tensor:
        """Return the sum over the colour channels, (N, H, W), which keeps the total."""
        return attribution.sum(1)

    def gap(self, model: nn.Module, images: Tensor, target: Target) -> Tensor:
        """Return (N,), by how much the map's sum exceeds score(x) − score(b): 0 if the integral is exact."""
        x = checked_images(images)
        with evaluating(model), torch.no_grad():
            image, baseline = (scores(outputs(model, at), target) for at in (x, torch.full_like(x, self.baseline)))
        return self(model, x, target).sum((1, 2)) - (image - baseline)
