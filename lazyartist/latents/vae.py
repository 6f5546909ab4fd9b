"""The variational autoencoder: reconstruction error plus KL divergence from the prior."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from lazyartist.latents import LATENTS
from lazyartist.latents.base import Step, Variant


@LATENTS.register("vae", source="Kingma and Welling 2014, arXiv:1312.6114")
@dataclass(frozen=True)
class Vae(Variant):
    """Minimise a bound on how badly the images are explained: nothing asks for disentangling."""

    def penalty(self, step: Step, z: Tensor) -> Tensor:
        """Return the KL divergence, mean over images."""
        del z
        return step.posterior.kl().sum(1).mean()
