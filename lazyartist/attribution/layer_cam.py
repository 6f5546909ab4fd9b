"""LayerCAM: positions, weighed by their own gradient where it is positive."""

from __future__ import annotations

from torch import Tensor

from lazyartist.attribution import MAPS
from lazyartist.attribution.layer import GradientMap


@MAPS.register("layer_cam", source="Jiang et al. 2021, doi:10.1109/TIP.2021.3089943")
class LayerCam(GradientMap):
    """Σₖ relu(∂score/∂Aₖ) · Aₖ: fine enough for early layers."""

    def combine(self, activation: Tensor, gradient: Tensor) -> Tensor:
        """Return (N, h, w); see `GradientMap.combine`."""
        return (gradient.relu() * activation).sum(1)
