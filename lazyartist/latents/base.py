"""What all ways to learn latents share: the loss of a variational autoencoder, of which each changes one thing."""

from __future__ import annotations

import math

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from torch import Tensor, nn

from lazyartist.knobs import check_knobs, knob
from lazyartist.latents.posterior import Posterior


@dataclass(frozen=True, eq=False)
class Step:
    """What one training step knows.

    Attributes:
        x: (B, D), the batch as the coder sees it: pixels, or coefficients of an orthonormal basis.
        posterior: what the encoder says of it.
        decode: latents (B, Z), and optionally which of them count, (Z,) of 0 and 1, to (B, D).
        spread: (D,) standard deviations of `x` over the dataset.
        images: how many images the dataset has.
        number: the step, from 0 on.
        steps: how many there are.
        generator: the only source of randomness.
    """

    x: Tensor
    posterior: Posterior
    decode: Callable[..., Tensor]
    spread: Tensor
    images: int
    number: int
    steps: int
    generator: torch.Generator

    @property
    def progress(self) -> float:
        """The share of the training that is done, in [0, 1)."""
        return self.number / self.steps


@dataclass(frozen=True)
class Plan:
    """One training of a variant.

    Attributes:
        loss: a step to the scalar to be minimised.
        modules: what is trained along by the same optimizer: a discriminator.
        open: (Z,) bool, which latents are in use; a latent that is not is decoded as nothing. None for all of them.
    """

    loss: Callable[[Step], Tensor]
    modules: Sequence[nn.Module] = ()
    open: Tensor | None = None


@dataclass(frozen=True)
class Variant:
    """A way to learn latents. Subclasses are frozen dataclasses: their repr is their configuration.

    Most override `penalty` alone; one that needs a memory overrides `plan`.

    Attributes:
        noise: variance of the Gaussian noise that the decoder is thought to have on each pixel; ½ makes the
            reconstruction term the sum of squared errors.
    """

    noise: float = knob(0.1, above=0)

    def __post_init__(self) -> None:
        check_knobs(self)

    def circles(self, latents: int) -> int:
        """Return how many of the latents are angles: none, unless overridden."""
        del latents
        return 0

    def bound(self) -> float:
        """Return the largest precision of a posterior: there is none, unless overridden."""
        return math.inf

    def plan(self, latents: int) -> Plan:
        """Prepare one training; called where torch's global generator is seeded, for first weights of modules."""
        del latents
        return Plan(self.loss)

    def loss(self, step: Step) -> Tensor:
        """Return reconstruction error plus penalty, in nats per image."""
        z = step.posterior.sample(step.generator)
        error = (step.x - step.decode(z)).square().sum(1).mean() / (2 * self.noise)
        return error + self.penalty(step, z)

    def penalty(self, step: Step, z: Tensor) -> Tensor:
        """Return what is added to the reconstruction error, for the latents (B, Z) that were drawn."""
        raise NotImplementedError
