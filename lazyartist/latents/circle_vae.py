"""Circle VAE, this project's own: latents on circles, from coarse to fine, one after the other."""

from __future__ import annotations

import math

from dataclasses import dataclass

import torch

from torch import Tensor

from lazyartist.knobs import knob
from lazyartist.latents import LATENTS
from lazyartist.latents.base import Plan, Step, Variant
from lazyartist.latents.posterior import Posterior


NARROW = 6.0  # concentration of the kernel that independence is measured with
RISING = 0.08  # the share of the training in which the weight of independence rises
FORGETTING = 0.05  # of the running mean of what a latent holds, per step


@LATENTS.register("circle_vae", source="this project")
@dataclass(frozen=True)
class CircleVae(Variant):
    """Learn one thing at a time: what is coarse before what is fine, and a new latent when the last ones are full.

    The noise that the decoder is thought to have falls while it trains, so that large structures are learnt first. Two
    latents are open at the beginning; two more open when those are full, and the last two one by one. A latent holds a
    bounded number of nats, so that it cannot store two things. Late in the training, dependence of latents costs.

    Attributes:
        noise: variance of the noise on each pixel at the end, as a share of the variance of whole images.
        first_noise: the same at the start.
        falling: the share of the training in which it falls.
        beta: weight of the KL divergence.
        lift: how much more small structures count than their variance says: 0 not at all, 1 as much as large ones.
        lines: how many of the latents are on lines, the last ones; the others are on circles.
        sharpest: the largest precision of a posterior, which bounds what a latent can hold: 2.71 nats at 100.
        at_first: how many latents are open at the beginning.
        full_at_first: how many nats each of them holds before others are opened.
        full: how many nats every open latent holds before the next ones are opened.
        least: the share of the training that lies between two openings at least.
        most: the share of the training after which others are opened, full or not.
        independence: weight of the dependence between latents.
        independent_from: the share of the training from which on it counts; a twelfth later it counts fully.
    """

    noise: float = knob(2.5e-5, above=0)
    first_noise: float = knob(5e-3, above=0)
    falling: float = knob(0.84, above=0, high=1)
    beta: float = knob(4.0, low=0)
    lift: float = knob(0.3, low=0, high=1)
    lines: int = knob(0, low=0, whole=True)
    sharpest: float = knob(100.0, above=1)
    at_first: int = knob(2, low=1, whole=True)
    full_at_first: float = knob(2.45, above=0)
    full: float = knob(2.2, above=0)
    least: float = knob(0.05, low=0)
    most: float = knob(0.3, above=0)
    independence: float = knob(200.0, low=0)
    independent_from: float = knob(0.38, low=0, below=1)

    def circles(self, latents: int) -> int:
        """Return how many latents are angles."""
        return max(0, latents - self.lines)

    def bound(self) -> float:
        """Return the largest precision of a posterior."""
        return self.sharpest

    def plan(self, latents: int) -> Plan:
        """Prepare one training, which remembers how much each latent holds."""
        is_open = torch.arange(latents) < self.at_first
        held = torch.zeros(latents)
        opened_at = 0.0

        def loss(step: Step) -> Tensor:
            nonlocal opened_at
            kl = step.posterior.kl().mean(0)  # (Z,)
            held.add_(FORGETTING * (kl.detach() * is_open - held))
            now = int(is_open.sum())
            full = bool((held[:now] > (self.full_at_first if now == self.at_first else self.full)).all())
            waited = step.progress - opened_at
            if (full and waited > self.least) or waited > self.most:
                is_open[: now + (2 if latents - now > 2 else 1)] = True
                opened_at = step.progress
            error = self.error(step, step.decode(step.posterior.sample(step.generator)))
            return error + self.beta * (kl * is_open).sum() + self.dependence(step, is_open)

        return Plan(loss, open=is_open)

    def error(self, step: Step, decoded: Tensor) -> Tensor:
        """Return the reconstruction error in nats per image, at the noise that this step is at."""
        done = min(1.0, step.progress / self.falling)
        noise = math.exp((1 - done) * math.log(self.first_noise) + done * math.log(self.noise))
        weight = step.spread.pow(-2 * self.lift)
        weight = weight / (weight * step.spread.square()).sum()
        return ((step.x - decoded).square() @ weight).mean() / (2 * noise)

    def dependence(self, step: Step, is_open: Tensor) -> Tensor:
        """Return the weighted dependence between the open latents' means."""
        ramp = min(1.0, (step.progress - self.independent_from) / RISING)
        if ramp <= 0 or not self.independence:
            return step.x.new_zeros(())
        return ramp * self.independence * kernel_dependence(step.posterior, is_open)


def kernel_dependence(posterior: Posterior, among: Tensor) -> Tensor:
    """Return the centred kernel alignment of every pair of latents over a batch, summed: 0 where independent.

    Args:
        posterior: of B images; its means are compared, angles round the circle.
        among: (Z,) bool, which latents count.

    Source: Cortes, Mohri and Rostamizadeh 2012, with a von Mises kernel.
    """
    mean = posterior.mean.T[:, :, None]  # (Z, B, 1)
    off = mean - mean.mT  # (Z, B, B)
    circles = posterior.circles
    closeness = torch.cat([off[:circles].cos() - 1, -0.5 * off[circles:].square()])[among]
    kernel = (NARROW * closeness).exp()
    kernel = kernel - kernel.mean(1, keepdim=True)
    kernel = (kernel - kernel.mean(2, keepdim=True)).flatten(1)
    alignment = torch.nn.functional.normalize(kernel, dim=1)
    return ((alignment @ alignment.T).sum() - len(alignment)) / 2
