"""FactorVAE: a second network estimates the total correlation of the latents."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch

from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import cross_entropy

from lazyartist.knobs import knob
from lazyartist.latents import LATENTS
from lazyartist.latents.base import Plan, Step, Variant
from lazyartist.latents.posterior import coordinates


@LATENTS.register("factor_vae", source="Kim and Mnih 2018, arXiv:1802.05983")
@dataclass(frozen=True)
class FactorVae(Variant):
    """Add the total correlation that a discriminator sees between latents and latents shuffled over the batch.

    Attributes:
        gamma: weight of the total correlation.
        width: of the discriminator's three hidden layers.
    """

    gamma: float = knob(10.0, low=0)
    width: int = knob(128, low=1, whole=True)

    def plan(self, latents: int) -> Plan:
        """Prepare a training with a discriminator of its own."""
        sizes = (latents + self.circles(latents), self.width, self.width, self.width)
        hidden = [layer for a, b in pairwise(sizes) for layer in (nn.Linear(a, b), nn.LeakyReLU(0.2))]
        discriminator = nn.Sequential(*hidden, nn.Linear(self.width, 2))

        def loss(step: Step) -> Tensor:
            z = step.posterior.sample(step.generator)
            error = (step.x - step.decode(z)).square().sum(1).mean() / (2 * self.noise)
            seen = coordinates(z, step.posterior.circles)
            frozen = {name: weight.detach() for name, weight in discriminator.named_parameters()}
            logits = functional_call(discriminator, frozen, (seen,))  # the latents learn from this, the judge does not
            correlation = (logits[:, 0] - logits[:, 1]).mean()
            judged = self._judge(discriminator, seen.detach(), shuffled(z.detach(), step))
            total: Tensor = error + step.posterior.kl().sum(1).mean() + self.gamma * correlation + judged
            return total

        return Plan(loss, modules=(discriminator,))

    @staticmethod
    def _judge(discriminator: nn.Module, joint: Tensor, product: Tensor) -> Tensor:
        """Return the discriminator's own loss: class 0 for latents of one image, class 1 for shuffled ones."""
        logits = discriminator(torch.cat([joint, product]))
        labels = torch.arange(2).repeat_interleave(len(joint))
        loss: Tensor = cross_entropy(logits, labels)
        return loss


def shuffled(z: Tensor, step: Step) -> Tensor:
    """Return what a decoder would see of latents (B, Z) whose values are dealt anew among the batch, one by one."""
    order = torch.rand(z.shape, generator=step.generator).argsort(0)
    return coordinates(z.gather(0, order), step.posterior.circles)
