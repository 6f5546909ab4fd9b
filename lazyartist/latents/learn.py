"""Learning latents: a variant, a coder and a dataset's pictures become a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch

from torch import Tensor

from lazyartist.expected import expect
from lazyartist.latents import CODERS
from lazyartist.latents.base import Step, Variant
from lazyartist.latents.budget import LatentBudget
from lazyartist.latents.coder import Coder
from lazyartist.latents.metrics.active import active_latents
from lazyartist.latents.pictures import Pictures
from lazyartist.latents.posterior import Posterior, coordinates, posterior_of
from lazyartist.sae.validation import whole
from lazyartist.seeding import seed_from
from lazyartist.training.loop import descend


LOOKED_AT = 4096  # images that this is measured on
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
    seed: int = 0,
) -> LatentModel:
    """Learn latents of pictures. Same arguments, same torch and same number of threads give the same bits.

    Args:
        variant: how.
        pictures: what is seen of the dataset: no factor, no label.
        latents: how many.
        coder: name of encoder and decoder, with knobs.
        budget: how long.
        seed: of first weights, order of images and noise.

    Raises:
        UnknownNameError: there is no such coder.
        ValueError: `variant`, `pictures` or `budget` is none, there are no latents, or the coder does not take these
            images.
        FloatingPointError: the loss is not finite; names the variant and the step.
    """
    expect("variant", variant, "a variant, such as LATENTS.build('beta_vae')", "circles", "plan")
    expect("budget", budget, "a LatentBudget", "steps", "batch_size", "rate")
    expect("pictures", pictures, "pictures, such as Pictures(images)", "draw", "shape")
    circles = variant.circles(whole("latents", latents))
    generator = torch.Generator().manual_seed(seed_from("latents", seed))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_from("coder", seed))
        net = build_coder(coder, pictures.shape, latents, circles)
        plan = variant.plan(latents)
    net.fit_to(pictures, seed)
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

    parameters = [p for module in (net, *plan.modules) for p in module.parameters()]
    descend(loss, parameters, steps=budget.steps, learning_rate=budget.rate, name=str(variant))
    model = partial(LatentModel, net.eval().requires_grad_(False), circles, variant.bound(), is_open)
    looked_at = pictures.some(min(LOOKED_AT, len(pictures)), generator)
    return model(is_open & active_latents(model(is_open).encode(looked_at)))


def best_of(candidates: int, make: Callable[[int], LatentModel], pictures: Pictures, seed: int) -> LatentModel:
    """Learn several times and return the model that reconstructs best from the means of its latents.

    Of models that were learnt in one way, those that found the factors explain the images with the same number of nats
    better: the choice needs no factor.

    Args:
        candidates: how many.
        make: a seed to a model.
        pictures: what the models are compared on.
        seed: of the first one; further candidates have seeds of their own that follow from it.
    """
    seeds = [seed, *(seed_from("candidate", number, seed) for number in range(1, whole("candidates", candidates)))]
    models = [make(one) for one in seeds]
    if len(models) == 1:
        return models[0]
    shown = pictures.some(LOOKED_AT, torch.Generator().manual_seed(seed_from("compared", seed)))
    return min(models, key=lambda model: reconstruction_error(model, shown))


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
