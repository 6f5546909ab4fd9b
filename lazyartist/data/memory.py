"""Your own images in memory, however you hold them: arrays, lists, datasets of torchvision or Hugging Face."""

from __future__ import annotations

import logging

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from lazyartist.data.arrays import ArrayImages
from lazyartist.data.folder_layouts import BIAS, SPLIT, TARGET, named
from lazyartist.data.memory_items import collected, plain
from lazyartist.data.moved import made_here
from lazyartist.data.notices import listed
from lazyartist.data.own_task import coded, is_missing, own_task, untested_groups
from lazyartist.data.pixels import image_size
from lazyartist.data.splits import EXPECTED, drawn_splits, given_splits, split_of
from lazyartist.data.task import Task, whole_number


log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False, repr=False)
class NamedImages(ArrayImages):
    """Images in memory whose factors' values have names.

    Attributes:
        pixels: (N, 3, H, W) uint8.
        factors: name -> (N,) int64 from 0 on.
        values: name -> what its numbers stand for.
    """

    values: Mapping[str, tuple[str, ...]]


@made_here
def memory_task(
    images: Any,
    factors: Mapping[str, Sequence[Any]] | None = None,
    split: Sequence[Any] | None = None,
    *,
    target: str = "",
    bias: str | Sequence[str] | None = None,
    size: int | str | None = None,
    name: str = "custom",
    seed: int = 0,
) -> Task:
    """Make a task of images in memory: strategies, probes and attacks run on it, but for those that repaint.

    Every image is asked for once and kept as bytes; labels may be words; splits are drawn where there are none, as for
    a folder. What is in the right arrays already goes straight into `lazyartist.data.arrays.array_task`.

    Args:
        images: an array or tensor of images, or a list of them or of Pillow's: (H, W), (H, W, 3) or (3, H, W) each,
            uint8 or floats in [0, 1]; or a dataset whose items are (image, label) or (image, label, attribute); or
            columns by name, such as "image", "label", "place" and "split", in a mapping or a Hugging Face dataset; or
            {"train": …, "val": …, "test": …} with any of these.
        factors: what else is known: name -> (N,) numbers or words.
        split: (N,) what each image is for: train, val, test, or 0, 1, 2.
        target: the factor that a model is to tell; by default one called label, y, target, class or the like.
        bias: the factors that it may lean on instead; by default one called bias, attribute, place or the like, if
            there is any. () for none.
        size: what images are scaled to: 64 for a square, "64x48" for width and height; None to leave them as they are.
        name: how tables call the dataset.
        seed: of splits that are drawn.

    Raises:
        ValueError: images, factors or splits are of another kind or number, a value is missing, or see
            `lazyartist.data.own_task.own_task`.
    """
    seed = whole_number(seed, "seed")
    pixels, known = collected(images, None if size is None else image_size(size))
    if not isinstance(factors, Mapping | None) or not isinstance(split, Iterable | None):
        raise ValueError(f"factors={factors!r}, split={split!r}: expected name -> (N,) values, and (N,) words")
    given = {**(factors or {}), **({} if split is None else {"split": split})}
    known |= {str(key): [plain(value) for value in values] for key, values in given.items()}
    if wrong := {key: len(values) for key, values in known.items() if len(values) != len(pixels)}:
        raise ValueError(f"expected {len(pixels)} values of each factor, one for each image, got {wrong}")
    words = known.pop(named(SPLIT, known), None)
    label = target or named(TARGET, known)
    default = tuple(key for key in [named(BIAS, known)] if key and key != label)
    attributes = default if bias is None else (bias,) if isinstance(bias, str) else tuple(bias)
    for key in (label, *attributes):
        _check(key, known)
    factor = {key: coded(values) for key, values in known.items() if not any(map(is_missing, values))}
    every = NamedImages(
        torch.from_numpy(pixels),
        {key: numbers for key, (numbers, _) in factor.items()},
        {key: names for key, (_, names) in factor.items()},
    )
    labels, names = factor[label]
    splits = drawn_splits(labels, names, seed) if words is None else given_splits(_known(words), labels, names, seed)
    keys = {"target": label, "bias": ", ".join(attributes)}
    task = own_task(every, every.values, splits, target=label, bias=attributes, name=name, keys=keys, seed=seed)
    if untested := untested_groups(task, every.values):
        log.warning("%s: %s", name, untested)
    return task


def _check(key: str, known: Mapping[str, Sequence[Any]]) -> None:
    """Hold a factor to being there, with a number or word for each image."""
    if key not in known:
        there = f"one of {', '.join(known)}" if known else "a factor; there is none: pass factors={'label': …}"
        raise ValueError(f"target or bias {key!r}: expected {there}")
    if lacking := [f"image {place}" for place, value in enumerate(known[key]) if is_missing(value)]:
        raise ValueError(f"{key}: values are missing; leave these images out:{listed(lacking)}")
    if wrong := [value for value in known[key] if not isinstance(value, (str, int, float))]:
        raise ValueError(f"{key}: expected a number or a word for each image, got a {type(wrong[0]).__name__}")


def _known(words: Sequence[Any]) -> list[str]:
    if unknown := [f"image {place}: {word!r}" for place, word in enumerate(words) if not split_of(word)]:
        raise ValueError(f"split: unknown words, expected {EXPECTED}:{listed(unknown)}")
    return [split_of(word) for word in words]
