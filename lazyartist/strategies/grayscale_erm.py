"""ERM on grey images: a control, not a cure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import torch

from torch import Tensor, nn

from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Batch, Use
from lazyartist.strategies.erm import Erm


@STRATEGIES.register("grayscale_erm")
@dataclass(frozen=True)
class GrayscaleErm(Erm):
    """Plain training on grey versions of the images: what the probes show of a model that reads shape for certain.

    No cure: the exercise forbids to turn images grey. It stands beside the others in the studies
    "probes", "noise" and "layer_probing" alone.
    """

    uses: ClassVar[frozenset[Use]] = frozenset({"recolouring"})
    is_cure: ClassVar[bool] = False

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        """Return the mean cross-entropy of the images without their colour."""
        return super().loss(model, replace(batch, x=without_colour(batch.x)))


def without_colour(x: Tensor) -> Tensor:
    """Return images (B, 3, H, W) in grey: the largest channel, since a mean would be brighter for some hues."""
    return x.amax(1, keepdim=True).expand_as(x).contiguous(memory_format=torch.channels_last)
