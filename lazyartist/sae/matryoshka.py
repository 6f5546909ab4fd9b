"""Matryoshka: nested dictionaries, in which the first features must already explain what they can."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torch import Tensor

from lazyartist.sae import SAES
from lazyartist.sae.base import Step, Weights
from lazyartist.sae.batch_topk import BatchTopK


@SAES.register("matryoshka", source="Bussmann et al. 2025, arXiv:2503.17547")
@dataclass(frozen=True)
class Matryoshka(BatchTopK):
    """BatchTopK, whose first eighth, quarter and half of the features each reconstruct alone as well."""

    def extra_loss(self, weights: Weights, step: Step) -> Tensor:
        """Return the squared errors of the nested dictionaries, (S,), and the auxiliary loss of `TopK`."""
        total = super().extra_loss(weights, step)
        rank = torch.arange(step.z.shape[2])
        sizes = torch.tensor(weights.sizes)[:, None, None]
        for share in (1 / 8, 1 / 4, 1 / 2):
            x_hat = weights.decode(torch.where(rank < share * sizes, step.z, 0.0))
            total = total + (step.x - x_hat).square().mean((1, 2))
        return total
