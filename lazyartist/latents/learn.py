"""Learning latents: a variant, a coder and a dataset's pictures become a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch

from torch import Tensor

from lazyartist.expected import expect
from lazyartist.latents import CODERS
from lazyartist.latents.base import Plan, Step, Variant
from lazyartist.latents.budget import LatentBudget
from lazyartist.latents.coder import Coder
from lazyartist.latents.metrics.active import active_latents
from lazyartist.latents.metrics.agreement import agreements
from lazyartist.latents.pictures import Pictures
from lazyartist.latents.posterior import Posterior, coordinates, posterior_of
from lazyartist.sae.validation import whole
from lazyartist.seeding import seed_from
from lazyartist.training.loop import descend


LOOKED_AT = 4096  # images that models are judged by, and compared on
CHOSEN_AT = 0.6  # of the steps: earlier, candidates have not yet told everything apart
PART = 1000  # images at a time
STANDARD = LatentBudget()


@dataclass(frozen=True, eq=False)
class LatentModel:
    """An encoder and a decoder that were trained together.

    Attributes:
        coder: its networks, in evaluation mode.
        circles: how many latents are angles; they come first.
        sharpest: the largest precision of a posterior.
        open: (Z,) bool, which latents the decoder uses at all.
        active: (Z,) bool, which of them hold 0.05 nats or more of an image on average.
    """

    coder: Coder
    circles: int
    sharpest: float
    open: Tensor
    active: Tensor

    @property
    def latents(self) -> int:
        """How many latents there are."""
        return len(self.open)

    @torch.no_grad()
    def encode(self, images: Tensor) -> Posterior:
        """Return what the encoder says of images (B, C, H, W).

        Raises:
            ValueError: the images are of another shape than those that it was trained on.
        """
        if images.shape[1:] != self.coder.shape:
            wanted = ", ".join(map(str, self.coder.shape))
            raise ValueError(f"images of shape {tuple(images.shape)}: expected (B, {wanted}), as in training")
        parts = [self.coder.encoder(self.coder.see(part)) for part in torch.split(images, PART)]
        return posterior_of(torch.cat(parts), self.circles, self.sharpest)

    @torch.no_grad()
    def decode(self, z: Tensor) -> Tensor:
        """Return the images (B, C, H, W) in [0, 1] of latents (B, Z)."""
        return torch.cat([self._image(part) for part in torch.split(z, PART)])

    def _image(self, z: Tensor) -> Tensor:
        seen = seen_by_decoder(z, self.circles, self.open)
        return self.coder.show(self.coder.decoder(seen)).clamp(0, 1)


def learn(
    variant: Variant,
    pictures: Pictures,
    *,
    latents: int = 6,
    coder: str = "basis_mlp",
    budget: LatentBudget = STANDARD,
    candidates: int = 1,
    seed: int = 0,
) -> LatentModel:
    """Learn latents of pictures. Same arguments, same torch and same number of threads give the same bits.

    Several candidates are trained side by side, as each would be alone. After three fifths of the steps only one goes
    on: of the majority whose latents the others agree with most, the one that reconstructs best.

    Args:
        variant: how.
        pictures: what is seen of the dataset: no factor, no label.
        latents: how many.
        coder: name of encoder and decoder, with knobs.
        budget: how long.
        candidates: how many models are begun.
        seed: of first weights, order of images and noise; further candidates have seeds of their own that follow.

    Raises:
        UnknownNameError: there is no such coder.
        ValueError: `variant`, `pictures` or `budget` is none, there are no latents or no candidates, or the coder does
            not take these images.
        FloatingPointError: the loss is not finite; names the variant and the step.
    """
    expect("variant", variant, "a variant, such as LATENTS.build('beta_vae')", "circles", "plan")
    expect("budget", budget, "a LatentBudget", "steps", "batch_size", "rate")
    expect("pictures", pictures, "pictures, such as Pictures(images)", "draw", "shape")
    whole("latents", latents)
    seeds = [seed, *(seed_from("candidate", number, seed) for number in range(1, whole("candidates", candidates)))]
    rivals = [_begin(variant, pictures, latents, coder, budget, own, fitted_by=seed) for own in seeds]
    parameters = [p for rival in rivals for module in (rival.net, *rival.plan.modules) for p in module.parameters()]
    chosen_at = int(CHOSEN_AT * budget.steps)

    def loss(number: int) -> Tensor:
        if number == chosen_at and len(rivals) > 1:
            rivals[:] = [_most_promising(rivals, pictures, seed)]
        return torch.stack([rival.loss(number) for rival in rivals]).sum()  # none has a gradient from another's

    descend(loss, parameters, steps=budget.steps, learning_rate=budget.rate, name=str(variant))
    (kept,) = rivals
    kept.net.eval().requires_grad_(False)
    return kept.model(pictures.some(min(LOOKED_AT, len(pictures)), kept.generator))


@dataclass(frozen=True, eq=False)
class _Begun:
    """A model on its way: its networks, its plan, its loss at a step, and what `LatentModel` knows of it."""

    net: Coder
    plan: Plan
    loss: Callable[[int], Tensor]
    circles: int
    bound: float
    is_open: Tensor
    generator: torch.Generator

    def model(self, images: Tensor) -> LatentModel:
        """Return it as it is now, with those latents as active that tell something of the images."""
        model = partial(LatentModel, self.net, self.circles, self.bound, self.is_open)
        return model(self.is_open & active_latents(model(self.is_open).encode(images)))


def _begin(
    variant: Variant, pictures: Pictures, latents: int, coder: str, budget: LatentBudget, seed: int, *, fitted_by: int
) -> _Begun:
    circles = variant.circles(latents)
    generator = torch.Generator().manual_seed(seed_from("latents", seed))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_from("coder", seed))
        net = build_coder(coder, pictures.shape, latents, circles)
        plan = variant.plan(latents)
    net.fit_to(pictures, fitted_by)
    is_open = torch.ones(latents, dtype=torch.bool) if plan.open is None else plan.open
    net.silence(~is_open)
    read = net.reader(pictures)

    def decode(z: Tensor) -> Tensor:
        decoded: Tensor = net.decoder(seen_by_decoder(z, circles, is_open))
        return decoded

    def loss(number: int) -> Tensor:
        x = read(pictures.draw(budget.batch_size, generator))
        posterior = posterior_of(net.encoder(x), circles, variant.bound())
        step = Step(x, posterior, decode, net.spread, len(pictures), number, budget.steps, generator)
        return plan.loss(step)

    return _Begun(net, plan, loss, circles, variant.bound(), is_open, generator)


def _most_promising(rivals: Sequence[_Begun], pictures: Pictures, seed: int) -> _Begun:
    shown = pictures.some(LOOKED_AT, torch.Generator().manual_seed(seed_from("compared", seed)))
    models = [rival.model(shown) for rival in rivals]
    agreed = agreements([model.encode(shown).mean for model in models], [model.active for model in models])
    majority = sorted(range(len(rivals)), key=lambda rival: -agreed[rival])[: len(rivals) // 2 + 1]
    return rivals[min(majority, key=lambda rival: reconstruction_error(models[rival], shown))]


def reconstruction_error(model: LatentModel, images: Tensor) -> float:
    """Return the squared error per image, summed over its pixels, of images (B, C, H, W) decoded from their means."""
    decoded = model.decode(model.encode(images).mean)
    return float((decoded - images).square().flatten(1).sum(1).mean())


def build_coder(name: str, shape: Sequence[int], latents: int, circles: int) -> Coder:
    """Return a coder with fresh weights, drawn from torch's global generator."""
    coder: Coder = CODERS.build(name, shape=shape, latents=latents, circles=circles)
    return coder


def seen_by_decoder(z: Tensor, circles: int, is_open: Tensor) -> Tensor:
    """Return what a decoder sees of latents (B, Z): the coordinates of those that are open, zeros for the others."""
    angles = is_open[:circles]
    return coordinates(z, circles) * torch.cat([angles, angles, is_open[circles:]])
