"""Grad-CAM++: channels, weighed by their positive gradients, so that small things count as much as large ones."""

from __future__ import annotations

import torch

from torch import Tensor

from lazyartist.attribution import MAPS
from lazyartist.attribution.layer import GradientMap


@MAPS.register("grad_cam_plus_plus", source="Chattopadhyay et al. 2018, arXiv:1710.11063")
class GradCamPlusPlus(GradientMap):
    """Σₖ wₖ Aₖ with wₖ = Σ α relu(g) and α = g² / (2 g² + g³ ΣAₖ), for a score that is the exponential of the given.

    After a ReLU, α relu(g) = relu(g) / (2 + g ΣAₖ) cannot divide by zero and needs no ε, which would decide the weights
    where gradients are small: behind a mean over 7 × 7 places, g² is as small as the 10⁻⁶ that others add.
    """

    def combine(self, activation: Tensor, gradient: Tensor) -> Tensor:
        """Return (N, h, w); see `GradientMap.combine`."""
        below = 2 + gradient * activation.sum((2, 3), keepdim=True)
        share = torch.where(below == 0, 0, gradient.relu() / below)
        return (share.sum((2, 3), keepdim=True) * activation).sum(1)
