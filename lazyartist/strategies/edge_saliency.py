"""A penalty on the input gradient off the edges of the image."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from lazyartist.edges import sobel_edges
from lazyartist.knobs import knob
from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.gradient_penalty import GradientPenalty


@STRATEGIES.register("edge_saliency", source="Ross et al. 2017, right for the right reasons, arXiv:1703.03717")
@dataclass(frozen=True)
class EdgeSaliency(GradientPenalty):
    """Penalise the share of the input gradient that does not lie on the image's edges.

    The edges are those of the brightness (the largest channel), by Sobel's filter, so that a stroke's colour does not
    move them.

    MNIST, simple_cnn, 2 epochs, n = 5: hard 29.4 ± 8.0 (rotated), 32.6 ± 6.0 (other); see results/cures.md.
    It harms on MNIST and does nothing on Fashion-MNIST: at 28 pixels most of a stroke is edge, and a gradient that lies
    there can be one of colour as well as of shape.

    Attributes:
        weight: of the share.
    """

    weight: float = knob(0.3, low=0)

    def penalty(self, gradient: Tensor, x: Tensor) -> Tensor:
        """Return the share of Σ|∇ₓ CE| that lies off the edges."""
        saliency = gradient.abs().sum(1)  # (B, H, W)
        return (saliency * (1 - sobel_edges(x))).sum((1, 2)) / saliency.sum((1, 2)).clamp_min(1e-8)
