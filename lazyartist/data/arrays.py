"""Your own images in memory, with the attributes that you know of them."""

from __future__ import annotations

import hashlib

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch

from torch import Tensor

from lazyartist.data.images import Split
from lazyartist.data.moved import made_here, with_tensors_on
from lazyartist.data.task import Task


@dataclass(frozen=True, eq=False, repr=False)
class ArrayImages:
    """Images as an array: a family of `Images` that cannot be repainted.

    Attributes:
        pixels: (N, 3, H, W) uint8.
        factors: name -> (N,) int64 from 0 on.
    """

    pixels: Tensor
    factors: Mapping[str, Tensor]

    def __repr__(self) -> str:
        return f"ArrayImages({len(self)} images with {', '.join(self.factors)})"

    def __len__(self) -> int:
        return len(self.pixels)

    @cached_property
    def sizes(self) -> dict[str, int]:
        """See `Images`: one more than the largest value of each factor."""
        return {name: int(values.max()) + 1 for name, values in self.factors.items()}

    def to(self, device: torch.device) -> ArrayImages:
        """Return the same images on a device."""
        return with_tensors_on(self, device)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of pixels and factors."""
        digest = hashlib.sha256(repr(tuple(self.pixels.shape)).encode())
        digest.update(self.pixels.cpu().contiguous().flatten().numpy().data)  # as they lie there, without a copy
        for name, values in sorted(self.factors.items()):
            digest.update(name.encode())
            digest.update(values.cpu().contiguous().numpy().tobytes())
        return digest.hexdigest()

    def render(self, index: Tensor) -> Tensor:
        """See `Images`."""
        return self.pixels.index_select(0, index).float() / 255


@made_here
def array_task(
    images: Any,
    factors: Mapping[str, Any],
    split: Any,
    *,
    target: str = "class",
    bias: str | tuple[str, ...] = (),
    name: str = "custom",
) -> Task:
    """Make a task of your own images: strategies, probes and attacks run on it, but for those that repaint.

    The oracle has nothing to train on here, and the hard split is the test images that do not have the attribute value
    which most of their class's training images have.

    Args:
        images: (N, 3, H, W) uint8 as array or tensor.
        factors: name -> (N,) integers from 0 on: the target and every attribute that you know.
        split: (N,) what each image is for: "train", "easy" (validation) or "test".
        target: the factor that a model is to tell.
        bias: the factors that it may lean on instead.
        name: how tables call the dataset.

    Raises:
        ValueError: an array is of another kind or length, a factor is missing, or a split has no images.
    """
    pixels = _pixels(images)
    if not isinstance(factors, Mapping):
        raise ValueError(f"factors: expected name -> (N,) integers, got a {type(factors).__name__}")
    known = {key: _whole(values, key, len(pixels)) for key, values in factors.items()}
    where = np.asarray(split)
    attributes = (bias,) if isinstance(bias, str) else bias
    if not isinstance(target, str) or not isinstance(attributes, (tuple, list)):
        raise ValueError(f"target={target!r}, bias={bias!r}: expected names of factors")
    for used in [each for each in (target, *attributes) if each in known]:
        if (largest := int(known[used].max())) >= len(pixels):
            raise ValueError(f"{used}: a value of {largest:,} among {len(pixels):,} images: renumber them from 0 on")
    words = set(where.ravel().tolist())
    if where.shape != (len(pixels),) or words != {"train", "easy", "test"}:
        raise ValueError(
            f"split: expected ({len(pixels)},) words 'train', 'easy' and 'test', each for some images, got "
            f"{where.shape} {sorted(map(str, words))[:5]}"
        )
    every = ArrayImages(pixels, known)
    parts = {
        part: Split(every, target, tuple(attributes), torch.as_tensor(np.flatnonzero(where == part)))
        for part in ("train", "easy", "test")
    }
    if absent := sorted(set(range(parts["train"].classes)) - set(parts["train"].labels.tolist())):
        raise ValueError(f"{target} {absent}: no training image; give every class some, or renumber them from 0 on")
    keys = {"bias": ", ".join(attributes)} if attributes else {}
    task = Task(name, parts["train"], parts["easy"], {}, parts["test"], keys=keys)
    if not attributes:
        return task
    conflicting = ~task.aligned(parts["test"])
    hard = {"conflicting": parts["test"].subset(conflicting)} if bool(conflicting.any()) else {}
    return Task(name, parts["train"], parts["easy"], hard, parts["test"], keys=keys)


def _pixels(images: Any) -> Tensor:
    pixels = _tensor(images, "images")
    if pixels.ndim == 4 and pixels.shape[1] == 3 and pixels.dtype == torch.uint8 and 0 not in pixels.shape:
        return pixels
    hint = ""
    if pixels.is_floating_point():
        scale = "" if bool((pixels > 1).any()) else "255 * "
        hint = f": turn these floats into bytes with ({scale}images).round().astype('uint8')"
    elif pixels.ndim == 4 and pixels.shape[3] == 3:
        hint = ": move the channels to the second place with images.transpose(0, 3, 1, 2)"
    elif pixels.ndim == 3:
        hint = ": repeat grey images three times, or let lazyartist.data.coloured.colour paint them"
    raise ValueError(f"images: expected (N, 3, H, W) uint8, got {tuple(pixels.shape)} {pixels.dtype}{hint}")


def _whole(values: Any, name: str, n: int) -> Tensor:
    given = _tensor(values, name)
    if given.shape != (n,) or given.is_floating_point() or given.dtype == torch.bool or bool((given < 0).any()):
        raise ValueError(
            f"{name}: expected ({n},) integers from 0 on, one per image, got {tuple(given.shape)} {given.dtype}"
        )
    return given.long()


def _tensor(values: Any, name: str) -> Tensor:
    try:
        return values.cpu() if isinstance(values, Tensor) else torch.as_tensor(np.asarray(values))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: expected an array of numbers: {error}") from error
