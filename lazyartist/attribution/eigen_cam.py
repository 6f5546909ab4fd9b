"""Eigen-CAM: the main direction of the activations, whatever the target."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torch import Tensor, nn

from lazyartist.attribution import MAPS
from lazyartist.attribution.layer import LayerMap, activation
from lazyartist.attribution.target import Target


@MAPS.register("eigen_cam", source="Muhammad & Yeasin 2020, arXiv:2008.00299")
@dataclass(frozen=True)
class EigenCam(LayerMap):
    """Each position's first principal component, bright where the layer is active.

    A principal component has no sign of its own. Here it is the one that agrees with the energy ΣₖAₖ² of the positions.
    """

    def __call__(self, model: nn.Module, images: Tensor, target: Target) -> Tensor:
        """Return the raw maps (N, h, w); the target is not used. See `Map.__call__`."""
        del target
        a = activation(model, self.layer, images)
        positions = a.flatten(2).transpose(1, 2).double()  # (N, h w, K)
        centred = positions - positions.mean(1, keepdim=True)
        directions = torch.linalg.svd(centred, full_matrices=False).Vh[:, 0]  # (N, K)
        projection = torch.einsum("npk,nk->np", centred, directions)
        energy = positions.square().sum(2)
        agrees = (projection * energy).sum(1, keepdim=True) >= 0
        return projection.where(agrees, -projection).view(-1, *a.shape[2:]).to(a.dtype)
