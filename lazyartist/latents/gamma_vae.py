"""Capacity-annealed VAE: the KL divergence follows a capacity that rises step by step."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from lazyartist.knobs import knob
from lazyartist.latents import LATENTS
from lazyartist.latents.base import Step, Variant


@LATENTS.register("gamma_vae", source="Burgess et al. 2018, arXiv:1804.03599")
@dataclass(frozen=True)
class GammaVae(Variant):
    """Hold the KL divergence to a capacity that rises with every step, so that factors enter one after the other.

    Attributes:
        gamma: how much the loss rises per nat away from the capacity.
        capacity: nats per image at the end of the rise.
        rising: the share of the training in which the capacity rises, from 0 on.
    """

    gamma: float = knob(20.0, low=0)
    capacity: float = knob(14.0, above=0)
    rising: float = knob(0.75, above=0, high=1)

    def capacity_at(self, progress: float) -> float:
        """Return the capacity in nats once a share `progress` of the steps is done."""
        return self.capacity * min(1.0, progress / self.rising)

    def penalty(self, step: Step, z: Tensor) -> Tensor:
        """Return how far the batch's mean KL divergence is from the capacity, weighted."""
        del z
        return self.gamma * (step.posterior.kl().sum(1).mean() - self.capacity_at(step.progress)).abs()
