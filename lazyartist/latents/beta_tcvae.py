"""β-TCVAE: of the three parts of the KL divergence, the total correlation weighs more."""

from __future__ import annotations

import math

from dataclasses import dataclass
from typing import Literal, get_args

import torch

from torch import Tensor

from lazyartist.knobs import knob
from lazyartist.latents import LATENTS
from lazyartist.latents.base import Step, Variant
from lazyartist.latents.posterior import Posterior


Sampling = Literal["weighted", "stratified"]


@LATENTS.register("beta_tcvae", source="Chen et al. 2018, arXiv:1802.04942")
@dataclass(frozen=True)
class BetaTcVae(Variant):
    """Take the KL divergence apart and weigh its middle part, the total correlation of the latents.

    Attributes:
        beta: weight of the total correlation.
        sampling: how the density of all images' latents is estimated from a batch: "weighted" or "stratified".
    """

    beta: float = knob(6.0, low=0)
    sampling: Sampling = "weighted"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.sampling not in get_args(Sampling):
            raise ValueError(f"sampling={self.sampling!r}: expected 'weighted' or 'stratified'")

    def penalty(self, step: Step, z: Tensor) -> Tensor:
        """Return the three parts, the total correlation weighted, mean over images."""
        information, correlation, rest = kl_parts(step.posterior, z, step.images, self.sampling)
        return information + self.beta * correlation + rest


def kl_parts(posterior: Posterior, z: Tensor, images: int, sampling: Sampling) -> tuple[Tensor, Tensor, Tensor]:
    """Return index-code mutual information, total correlation and dimension-wise KL, estimated from a batch, in nats.

    They sum to the estimate of the whole, E[log q(z|x) − log p(z)], whatever the batch. None of them is unbiased: a
    batch of B knows q(z) up to some log B nats, far less than what images carry.

    Args:
        posterior: of B images.
        z: (B, Z) drawn from it.
        images: how many images the dataset has.
        sampling: see `log_weights`.
    """
    own = posterior.log_density(z).sum(1)  # (B,)
    pairs = posterior[None].log_density(z[:, None])  # (B, B, Z): drawn for i, density of j
    weights = log_weights(len(z), images, sampling)
    joint = (weights + pairs.sum(2)).logsumexp(1)
    single = (weights[:, :, None] + pairs).logsumexp(1)  # (B, Z)
    prior = posterior.log_prior(z)
    parts = own - joint, joint - single.sum(1), (single - prior).sum(1)
    information, correlation, rest = (part.mean() for part in parts)
    return information, correlation, rest


def log_weights(batch: int, images: int, sampling: Sampling) -> Tensor:
    """Return the logarithm of how much each density of a batch counts for each draw, (B, B); row i is draw i.

    "weighted" gives each 1 / (B · images). "stratified" gives the draw's own image 1 / images, one other (the next)
    (images − M) / (images · M), and the rest 1 / M, where M = B − 1; a row sums to 1.

    Raises:
        ValueError: a batch of one has no others, or is larger than the dataset.
    """
    if not 2 <= batch <= images:
        raise ValueError(f"a batch of {batch} of {images} images: expected at least 2 and at most all of them")
    if sampling == "weighted":
        return torch.full((batch, batch), -math.log(batch * images))
    others = batch - 1
    weights = torch.full((batch, batch), 1 / others)
    rows = torch.arange(batch)
    weights[rows, rows] = 1 / images
    weights[rows, (rows + 1) % batch] = (images - others) / (images * others)
    return weights.log()
