"""HiResCAM: positions, weighed by their own gradient."""

from __future__ import annotations

from torch import Tensor

from lazyartist.attribution import MAPS
from lazyartist.attribution.layer import GradientMap


@MAPS.register("hires_cam", source="Draelos & Carin 2020, arXiv:2011.08891")
class HiResCam(GradientMap):
    """Σₖ ∂score/∂Aₖ · Aₖ, position by position: where the network is linear after the layer, it sums to the score."""

    def combine(self, activation: Tensor, gradient: Tensor) -> Tensor:
        """Return (N, h, w); see `GradientMap.combine`."""
        return (gradient * activation).sum(1)
