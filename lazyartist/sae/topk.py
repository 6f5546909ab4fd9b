"""TopK: the k largest features of each vector fire, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torch import Tensor

from lazyartist.knobs import knob
from lazyartist.sae import SAES
from lazyartist.sae.base import Step, Variant, Weights, check_firing, keep_largest


@SAES.register("topk", source="Gao et al. 2024, arXiv:2406.04093")
@dataclass(frozen=True)
class TopK(Variant):
    """At most k features fire for each vector; no penalty shrinks them.

    Attributes:
        k: how many may fire.
        revive: weight of the auxiliary loss, in which features that have not fired for a while explain what the others
            leave over. Where they leave next to nothing, as in a layer of few dimensions, some stay dead all the same.
        reviving: how many of those at once.
    """

    k: int = knob(8, low=1, whole=True)
    revive: float = knob(1 / 32, low=0)
    reviving: int = knob(32, low=1, whole=True)

    def check_size(self, features: int) -> None:
        """Refuse fewer than k features."""
        check_firing(self.k, features)

    def encode(self, weights: Weights, before: Tensor, *, training: bool = False) -> Tensor:
        """Keep the k largest of each vector."""
        del weights, training
        top = before.topk(min(self.k, before.shape[-1]), dim=-1, sorted=False)
        # a ReLU of the few that are kept, not of all
        return torch.zeros_like(before).scatter(-1, top.indices, top.values.relu())

    def extra_loss(self, weights: Weights, step: Step) -> Tensor:
        """Return the auxiliary loss, (S,): see `reviving_loss`."""
        return self.revive * reviving_loss(weights, step, self.reviving)


def reviving_loss(weights: Weights, step: Step, k: int) -> Tensor:
    """Return how badly the k most promising dead features explain the residual, (S,), as a share of its variance."""
    if not bool(step.dead.any()):
        return step.x.new_zeros(len(step.x))
    residual = (step.x - step.x_hat).detach()
    # without a ReLU: a dead feature is one whose input is seldom positive, and behind a ReLU it would have no gradient
    z = keep_largest(step.before.masked_fill(~step.dead, -torch.inf), k)
    left = residual - z.nan_to_num(neginf=0.0) @ weights.decoder
    return left.square().mean((1, 2)) / residual.square().mean((1, 2)).clamp_min(1e-12)
