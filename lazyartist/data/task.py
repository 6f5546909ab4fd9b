"""The task: a training split that lies, an easy split that lies the same way, hard splits where colours are swapped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import get_args

import torch

from lazyartist.data.coloured import ColouredImages, Conflict, Hard, Where, colour, swap
from lazyartist.data.palettes import Palette, palette_of
from lazyartist.data.sources import GreyImages, load
from lazyartist.seeding import seed_from


@dataclass(frozen=True)
class Task:
    """What a model is trained and judged on.

    Attributes:
        name: the dataset, "mnist".
        train: the biased training split; all that a strategy is ever handed.
        easy: validation images with the same distribution as `train`.
        hard: test images by the way their colours are swapped: "rotated", "other" and "uniform".
        unbiased: the training split in colours that say nothing: what the oracle trains on.
        setting: correlation, place and palette in words.
        seed: the seed that drew split and colours.
    """

    name: str
    train: ColouredImages
    easy: ColouredImages
    hard: Mapping[str, ColouredImages]
    unbiased: ColouredImages
    setting: str
    seed: int


def make_task(
    dataset: str | GreyImages = "mnist",
    *,
    correlation: float = 0.95,
    conflict: Conflict = "all",
    where: Where = "foreground",
    palette: str | Palette = "hues",
    seed: int = 0,
) -> Task:
    """Paint a dataset: four fifths of the training images to train on, one fifth as easy split, the test images hard.

    The same arguments give the same bits. Split, colours and swaps all follow from `seed`.

    Args:
        dataset: "mnist", "fashion", "digits", or your own `GreyImages`.
        correlation: see `colour`; so are `conflict`, `where` and `palette`.
        conflict: what the conflicting share draws its colours from.
        where: what is painted.
        palette: the colours.
        seed: a non-negative integer.

    Raises:
        UnknownNameError: an unknown dataset or palette.
        DataError: the images cannot be had.
        ValueError: an argument out of range.
    """
    if not isinstance(seed, int) or seed < 0:
        raise ValueError(f"seed={seed!r}: expected a whole number from 0 on")
    if not isinstance(dataset, (str, GreyImages)):
        raise ValueError(f"dataset: expected a name or GreyImages, got {type(dataset).__name__}")
    grey, name = (_load(dataset), dataset) if isinstance(dataset, str) else (dataset, "custom")
    paint = palette_of(palette)
    order = torch.randperm(
        len(grey.train_labels), generator=torch.Generator().manual_seed(seed_from("split", seed))
    ).numpy()
    cut = len(order) * 4 // 5
    splits = {"train": order[:cut], "easy": order[cut:]}
    painted = {
        split: colour(
            grey.train_images[index],
            grey.train_labels[index],
            correlation=correlation,
            conflict=conflict,
            where=where,
            palette=paint,
            seed=seed_from(split, seed),
        )
        for split, index in splits.items()
    }
    test = colour(grey.test_images, grey.test_labels, where=where, palette=paint, seed=seed_from("test", seed))
    return Task(
        name=name,
        train=painted["train"],
        easy=painted["easy"],
        hard={hard: swap(test, hard, seed=seed) for hard in get_args(Hard)},
        unbiased=swap(painted["train"], "uniform", seed=seed),
        setting=f"{correlation:g} correlation, rest over {conflict}, {where}, {paint.name}",
        seed=seed,
    )


@lru_cache(maxsize=2)
def _load(name: str) -> GreyImages:
    return load(name)
