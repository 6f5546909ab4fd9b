"""DIP-VAE: the covariance of the latents over a batch is pulled to the prior's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import torch

from torch import Tensor

from lazyartist.knobs import knob
from lazyartist.latents import LATENTS
from lazyartist.latents.base import Step, Variant


Kind = Literal["means", "draws"]


@LATENTS.register("dip_vae", source="Kumar et al. 2018, arXiv:1711.00848")
@dataclass(frozen=True)
class DipVae(Variant):
    """Pull the covariance of the latents to the identity: what is uncorrelated is hoped to be untangled.

    Attributes:
        off_diagonal: weight of the squared covariances.
        diagonal: weight of the squared distance of the variances from 1.
        of: whose covariance: "means" of the posteriors, the paper's first kind; or "draws" from them, its second.
    """

    off_diagonal: float = knob(10.0, low=0)
    diagonal: float = knob(10.0, low=0)
    of: Kind = "draws"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.of not in get_args(Kind):
            raise ValueError(f"of={self.of!r}: expected 'means' or 'draws'")

    def penalty(self, step: Step, z: Tensor) -> Tensor:
        """Return KL divergence plus the distance of the covariance from the identity."""
        del z
        posterior = step.posterior
        covariance = torch.cov(posterior.mean.T)
        if self.of == "draws":  # the covariance of draws is that of the means plus the mean variance
            covariance = covariance + torch.diag((1 / posterior.precision).mean(0))
        diagonal = covariance.diagonal()
        off = covariance.square().sum() - diagonal.square().sum()
        distance = self.off_diagonal * off + self.diagonal * (diagonal - 1).square().sum()
        return posterior.kl().sum(1).mean() + distance
