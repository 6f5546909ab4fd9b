"""β-VAE: the KL divergence weighs more."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from lazyartist.knobs import knob
from lazyartist.latents import LATENTS
from lazyartist.latents.base import Step, Variant


@LATENTS.register("beta_vae", source="Higgins et al. 2017, ICLR")
@dataclass(frozen=True)
class BetaVae(Variant):
    """Weigh the KL divergence, so that latents are spent on what explains most, one thing each.

    Attributes:
        beta: weight of the KL divergence.
    """

    beta: float = knob(4.0, low=0)

    def penalty(self, step: Step, z: Tensor) -> Tensor:
        """Return the weighted KL divergence, mean over images."""
        del z
        return self.beta * step.posterior.kl().sum(1).mean()
