"""BatchTopK: the largest features of a whole batch fire; a vector that is hard to explain may use more of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch

from torch import Tensor

from lazyartist.sae import SAES
from lazyartist.sae.base import Weights, keep_largest
from lazyartist.sae.topk import TopK


@SAES.register("batch_topk", source="Bussmann et al. 2024, arXiv:2412.06410")
@dataclass(frozen=True)
class BatchTopK(TopK):
    """In training k features per vector on average; afterwards a threshold, so that no code depends on its batch."""

    def encode(self, weights: Weights, before: Tensor, *, training: bool = False) -> Tensor:
        """Keep the k × B largest of a batch of B, or, after training, what exceeds the threshold."""
        if training:
            return keep_largest(before.relu().flatten(-2), self.k * before.shape[-2]).view_as(before)
        return torch.where(before > weights.threshold, before, 0.0)

    def calibrated(self, weights: Weights, x: Tensor) -> Weights:
        """Return the weights with the one threshold at which k features fire for each of `x` on average."""
        codes = weights.before(x).relu().flatten(-2)  # (S, B × F)
        over = self.k * x.shape[-2]
        # the largest that must stay silent
        threshold = codes.kthvalue(max(1, codes.shape[-1] - over), dim=-1).values
        return replace(weights, threshold=threshold[:, None, None].expand_as(weights.threshold).clone())
