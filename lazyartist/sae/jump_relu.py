"""JumpReLU: each feature fires above a threshold of its own, which is learnt."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torch import Tensor

from lazyartist.knobs import knob
from lazyartist.sae import SAES
from lazyartist.sae.base import Step, Variant, Weights, check_firing


@SAES.register("jump_relu", source="Rajamanoharan et al. 2024, arXiv:2407.14435")
@dataclass(frozen=True)
class JumpReLU(Variant):
    """A feature fires above its own threshold, unshrunk; the thresholds are learnt through a window around the jump.

    A jump has no useful gradient. For its threshold it is given that of a slope as wide as the window.

    Attributes:
        k: how many features should fire for a vector, on average.
        strength: of the penalty (L0 / k − 1)².
        window: its width, for vectors of mean square 1.
    """

    k: int = knob(8, low=1, whole=True)
    strength: float = knob(0.1, low=0)
    window: float = knob(0.5, above=0)

    def check_size(self, features: int) -> None:
        """Refuse fewer than k features."""
        check_firing(self.k, features)

    def encode(self, weights: Weights, before: Tensor, *, training: bool = False) -> Tensor:
        """Keep what exceeds the feature's threshold."""
        z = torch.where(before > weights.threshold, before, 0.0)
        if not training:
            return z
        return z - weights.threshold.detach() * self._slope(weights, before)

    def extra_loss(self, weights: Weights, step: Step) -> Tensor:
        """Return the penalty, (S,)."""
        fired = (step.before > weights.threshold).float() - self._slope(weights, step.before)
        return self.strength * min(1.0, 10 * step.progress) * (fired.sum(2).mean(1) / self.k - 1).square()

    def _slope(self, weights: Weights, before: Tensor) -> Tensor:
        """Return zeros (…, B, F) whose gradient for the threshold is 1 / window inside the window."""
        inside = (before.detach() - weights.threshold.detach()).abs() < self.window / 2
        return inside.float() / self.window * (weights.threshold - weights.threshold.detach())
