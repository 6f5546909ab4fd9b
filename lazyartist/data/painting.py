"""Grey images become a task: split, and painted so that the colour gives the class away."""

from __future__ import annotations

import numpy as np
import torch

from numpy.typing import NDArray

from lazyartist.data.coloured import ColouredImages, Conflict, Hard, Where, colour, swap
from lazyartist.data.images import Split
from lazyartist.data.palettes import Palette, palette_of
from lazyartist.data.sources import GreyImages
from lazyartist.data.task import Task, whole_number
from lazyartist.seeding import seed_from


JUDGED_HARD: tuple[Hard, ...] = ("rotated", "other")


def paint_task(
    grey: GreyImages,
    name: str,
    *,
    correlation: float = 0.95,
    conflict: Conflict = "all",
    where: Where = "foreground",
    palette: str | Palette = "hues",
    seed: int = 0,
) -> Task:
    """Paint a dataset: four fifths of the training images to train on, one fifth as easy split, the test images hard.

    Args:
        grey: the images.
        name: how rows call the dataset.
        correlation: see `colour`; so are `conflict`, `where` and `palette`.
        conflict: what the conflicting share draws its colours from.
        where: what is painted.
        palette: the colours.
        seed: a whole number from 0 on.

    Raises:
        UnknownNameError: an unknown palette.
        ValueError: an argument out of range, or a class with too few images to be in both splits.
    """
    seed, paint = whole_number(seed, "seed"), palette_of(palette)
    if untested := sorted(set(grey.train_labels.tolist()) - set(grey.test_labels.tolist())):
        raise ValueError(
            f"test_labels: no image of the classes {untested}, which are trained: give each class one or more"
        )

    def painted(images: NDArray[np.uint8], labels: NDArray[np.uint8], split: str, share: float) -> ColouredImages:
        drawn = seed_from(split, seed)
        return colour(images, labels, correlation=share, conflict=conflict, where=where, palette=paint, seed=drawn)

    parts = {
        split: painted(grey.train_images[index], grey.train_labels[index], split, correlation)
        for split, index in zip(("train", "easy"), _train_and_easy(grey.train_labels, seed), strict=True)
    }
    train, easy = (Split(images) for images in parts.values())
    test = Split(colour(grey.test_images, grey.test_labels, where=where, palette=paint, seed=seed_from("test", seed)))
    return Task(
        name=name,
        train=train,
        easy=easy,
        hard={way: swap(test, way, seed=seed) for way in JUDGED_HARD},
        test=swap(test, "uniform", seed=seed),
        unbiased=swap(train, "uniform", seed=seed),
        keys={
            "bias": "colour",
            "correlation": float(correlation),
            "conflict": conflict,
            "where": where,
            "palette": paint.name,
        },
        seed=seed,
    )


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
