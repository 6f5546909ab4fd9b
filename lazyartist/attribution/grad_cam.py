"""Grad-CAM: channels, weighed by their mean gradient."""

from __future__ import annotations

from torch import Tensor

from lazyartist.attribution import MAPS
from lazyartist.attribution.layer import GradientMap


@MAPS.register("grad_cam", source="Selvaraju et al. 2017, arXiv:1610.02391")
class GradCam(GradientMap):
    """Σₖ (mean of ∂score/∂Aₖ) Aₖ. The paper's ReLU is left to `positive`."""

    def combine(self, activation: Tensor, gradient: Tensor) -> Tensor:
        """Return (N, h, w); see `GradientMap.combine`."""
        return (gradient.mean((2, 3), keepdim=True) * activation).sum(1)
