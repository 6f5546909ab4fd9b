"""Traversals: one latent is moved, all others stay, and the decoder shows what it stands for."""

from __future__ import annotations

import math

from dataclasses import dataclass

import torch

from torch import Tensor

from lazyartist.latents.learn import LatentModel
from lazyartist.latents.page import Way
from lazyartist.sae.validation import whole


REACH = 2.0  # standard deviations of the prior, to both sides
QUANTILES = (0.025, 0.975)  # of a line's means, where they are known


@dataclass(frozen=True, eq=False)
class Traversals:
    """One image's latents, each moved along its path while the others stay.

    Attributes:
        latents: which of them moved: those that are in use.
        skipped: which did not: the decoder does not listen to them, or they say nothing of an image.
        circles: how many of all latents are angles; they come first.
        values: (L, S), where each of the moved ones was, step by step.
        images: (L, S, C, H, W) in [0, 1], what the decoder made of it.
        start: (C, H, W), the image that it begins with: all latents as they are.
        own: (L,), where the moved ones are in it.
    """

    latents: tuple[int, ...]
    skipped: tuple[int, ...]
    circles: int
    values: Tensor
    images: Tensor
    start: Tensor
    own: Tensor


def traverse(
    model: LatentModel, z: Tensor, *, steps: int = 12, means: Tensor | None = None, loop: bool = False
) -> Traversals:
    """Move each latent of one image that is in use: an angle once round, a line from end to end.

    A line goes from -2 to 2 standard deviations of its prior, or, where means are given, over the middle 95 % of them.
    Where it is to be seen in motion, it goes there and back, so that the last step leads to the first one, as on a
    circle.

    Args:
        model: encoder and decoder; only the decoder is asked.
        z: (Z,), the image's latents: a row of `model.encode(images).mean`.
        steps: how many images per latent, 2 or more.
        means: (N, Z), the means of many images.
        loop: is it to be seen in motion?

    Raises:
        ValueError: sizes differ, too few steps, or no latent is in use.
    """
    steps = whole("steps", steps, least=2)
    if z.ndim != 1:
        raise ValueError(f"z: expected the latents of one image, ({model.latents},), got {tuple(z.shape)}")
    checked_latents(model, z[None])
    moved = latents_in_use(model)
    values = torch.stack([path(model, latent, steps, means=means, loop=loop) for latent in moved])
    every = z.repeat(len(moved), steps, 1)
    for place, latent in enumerate(moved):
        every[place, :, latent] = values[place]
    images = model.decode(every.flatten(0, 1))
    images = images.view(len(moved), steps, *images.shape[1:])
    skipped = tuple(latent for latent in range(model.latents) if latent not in moved)
    return Traversals(moved, skipped, model.circles, values, images, model.decode(z[None])[0], z[list(moved)])


def as_ways(traversals: Traversals) -> list[Way]:
    """Return what a page shows of traversals: one line of images per latent, each with where the latent is."""
    ways = []
    for latent, values, images in zip(traversals.latents, traversals.values, traversals.images, strict=True):
        circle = latent < traversals.circles
        labels = [f"{math.degrees(value):.0f}°" if circle else f"{value:.1f}" for value in values.tolist()]
        title = f"latent {latent}, {'an angle' if circle else 'a line'}"
        ways.append(Way(title, images.permute(0, 2, 3, 1).cpu().numpy(), labels))
    return ways


def path(model: LatentModel, latent: int, steps: int, *, means: Tensor | None = None, loop: bool = False) -> Tensor:
    """Return where a latent goes, (steps,): an angle once round, without its start again; see `traverse` for lines.

    Raises:
        ValueError: the means are of another size.
    """
    if latent < model.circles:
        return torch.arange(steps) * (2 * math.pi / steps) - math.pi
    low, high = -REACH, REACH
    if means is not None:
        low, high = checked_latents(model, means)[:, latent].quantile(torch.tensor(QUANTILES)).tolist()
    share = torch.linspace(0, 1, steps)
    if loop:
        share = 0.5 - 0.5 * (2 * math.pi * torch.arange(steps) / steps).cos()
    return low + (high - low) * share


def latents_in_use(model: LatentModel) -> tuple[int, ...]:
    """Return which latents hold something of an image.

    Raises:
        ValueError: none of them does.
    """
    used = tuple(model.active.nonzero()[:, 0].tolist())
    if not used:
        raise ValueError(
            f"none of the {model.latents} latents holds anything of an image, so that there is nothing to look at: "
            "train longer, or with a smaller weight of the KL divergence"
        )
    return used


def checked_latents(model: LatentModel, z: Tensor) -> Tensor:
    """Return latents (N, Z) if they are as many as the model's, and finite.

    Raises:
        ValueError: they are not.
    """
    if not isinstance(z, Tensor) or z.ndim != 2 or z.shape[1] != model.latents or not len(z):
        got = tuple(z.shape) if isinstance(z, Tensor) else type(z).__name__
        raise ValueError(f"latents: expected (N, {model.latents}), as `model.encode(images).mean` is, got {got}")
    if not bool(z.isfinite().all()):
        raise ValueError("latents: expected finite numbers, got NaN or infinity")
    return z
