"""Grey images become a task: split, and painted so that the colour gives the class away."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch

from numpy.typing import NDArray

from lazyartist.data.coloured import ColouredImages, Where, colour
from lazyartist.data.drawn import DrawnImages, tell
from lazyartist.data.images import Split
from lazyartist.data.lies import COLOUR, LIES
from lazyartist.data.lies.base import Lie
from lazyartist.data.lottery import Conflict, Hard, swap
from lazyartist.data.moved import made_here
from lazyartist.data.palettes import Palette, palette_of
from lazyartist.data.sources import GreyImages
from lazyartist.data.task import Keys, Task, whole_number
from lazyartist.seeding import seed_from


JUDGED_HARD: tuple[Hard, ...] = ("rotated", "other")


@made_here
def paint_task(
    grey: GreyImages,
    name: str,
    *,
    bias: str = COLOUR,
    correlation: float = 0.95,
    conflict: Conflict = "all",
    seed: int = 0,
    **knobs: Any,
) -> Task:
    """Paint a dataset: four fifths of the training images to train on, one fifth as easy split, the test images hard.

    Args:
        grey: the images.
        name: how rows call the dataset.
        bias: the lie: "colour", or one of `lazyartist.data.lies`.
        correlation: see `lazyartist.data.lottery.lottery`; so is `conflict`.
        conflict: what the conflicting share draws its values from.
        seed: a whole number from 0 on.
        knobs: of the lie; those of colour are `where` and `palette`, see `lazyartist.data.coloured.colour`.

    Raises:
        UnknownNameError: an unknown lie or palette.
        ValueError: an argument out of range, or a class with too few images to be in both splits.
    """
    seed = whole_number(seed, "seed")
    if untested := sorted(set(grey.train_labels.tolist()) - set(grey.test_labels.tolist())):
        raise ValueError(
            f"test_labels: no image of the classes {untested}, which are trained: give each class one or more"
        )
    told = _coloured if bias == COLOUR else partial(_drawn, bias)
    draw, factors, keys = told(**knobs)
    parts = {
        split: draw(
            grey.train_images[index],
            grey.train_labels[index],
            correlation=correlation,
            conflict=conflict,
            seed=seed_from(split, seed),
        )
        for split, index in zip(("train", "easy"), _train_and_easy(grey.train_labels, seed), strict=True)
    }
    train, easy = (Split(images, bias=factors) for images in parts.values())
    test = Split(draw(grey.test_images, grey.test_labels, seed=seed_from("test", seed)), bias=factors)
    return Task(
        name=name,
        train=train,
        easy=easy,
        hard={way: swap(test, way, seed=seed) for way in JUDGED_HARD},
        test=swap(test, "uniform", seed=seed),
        unbiased=swap(train, "uniform", seed=seed),
        keys={"bias": bias, "correlation": float(correlation), "conflict": conflict, **keys},
        seed=seed,
    )


Draw = Callable[..., ColouredImages | DrawnImages]  # images, labels and how they are drawn


def _coloured(where: Where = "foreground", palette: str | Palette = "hues") -> tuple[Draw, tuple[str, ...], Keys]:
    paint = palette_of(palette)
    return partial(colour, where=where, palette=paint), (COLOUR,), {"where": where, "palette": paint.name}


def _drawn(bias: str, **knobs: Any) -> tuple[Draw, tuple[str, ...], Keys]:
    lie: Lie = LIES.build(bias, **knobs)
    told = ":".join([bias, *(f"{name}={value}" for name, value in knobs.items())])
    return partial(tell, lie), lie.factors, {"bias": told}


def _train_and_easy(labels: NDArray[np.uint8], seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the indices of both splits: a random cut, or a fifth of each class if a random one would lose a class."""
    generator = torch.Generator().manual_seed(seed_from("split", seed))
    order = torch.randperm(len(labels), generator=generator).numpy()
    cut = len(order) * 4 // 5
    classes = set(np.unique(labels).tolist())
    if all(set(labels[part].tolist()) == classes for part in (order[:cut], order[cut:])):
        return order[:cut], order[cut:]
    members = [order[labels[order] == label] for label in sorted(classes)]
    if few := [int(label) for label, own in zip(sorted(classes), members, strict=True) if len(own) < 2]:
        raise ValueError(
            f"the classes {few} have one training image each: give each class two or more, one of them easy"
        )
    easy = np.concatenate([own[: max(1, len(own) // 5)] for own in members])
    return order[~np.isin(order, easy)], order[np.isin(order, easy)]
