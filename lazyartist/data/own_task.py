"""From images of your own, with what you know of them, to a task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch

from torch import Tensor

from lazyartist.data.images import Images, Split
from lazyartist.data.notices import listed
from lazyartist.data.splits import Words
from lazyartist.data.task import Keys, Task


Values = Mapping[str, Sequence[str]]  # a factor's name -> the name of each of its values


def coded(values: Sequence[object]) -> tuple[Tensor, tuple[str, ...]]:
    """Return values as whole numbers (N,) int64 from 0 on, and what each number stands for: sorted, numbers by size."""
    texts = [str(value) for value in values]
    different = list(dict.fromkeys(texts))
    try:
        names = sorted(different, key=lambda text: (float(text), text))
    except ValueError:
        names = sorted(different)
    number = {name: number for number, name in enumerate(names)}
    return torch.tensor([number[text] for text in texts], dtype=torch.int64), tuple(names)


def is_missing(value: object) -> bool:
    """Is it no value: nothing, or what tables of numbers write for nothing?"""
    return value is None or str(value).strip().lower() in ("", "nan")


def own_task(
    images: Images,
    values: Values,
    splits: Words,
    *,
    target: str,
    bias: tuple[str, ...],
    name: str,
    keys: Keys,
    seed: int,
) -> Task:
    """Make a task of images that cannot be repainted; the oracle has nothing to train on in it.

    The hard split is the test images that do not have the attribute value which most of their class's training images
    have.

    Args:
        images: a family of images.
        values: what messages call the values of the target.
        splits: (N,) "train", "easy" or "test".
        target: the factor that a model is to tell.
        bias: the factors that it may lean on instead.
        name: how tables call the dataset.
        keys: how it was made, as in rows.
        seed: that drew the splits.

    Raises:
        ValueError: there is one class only, or a class has no training image.
    """
    train, easy, test = (
        Split(images, target, bias, torch.from_numpy(np.flatnonzero(splits == part)))
        for part in ("train", "easy", "test")
    )
    names = values[target]
    if train.classes < 2:
        raise ValueError(f"{target}: all images are of the class {names[0]}: expected two classes or more")
    counts = torch.bincount(train.labels, minlength=train.classes).tolist()
    if absent := [names[label] for label, count in enumerate(counts) if not count]:
        raise ValueError(
            f"{target}: no training image of the class {', '.join(absent)}: give every class some, or leave it out"
        )
    task = Task(name, train, easy, {}, test, keys=keys, seed=seed)
    if not bias:
        return task
    conflicting = ~task.aligned(test)
    hard = {"conflicting": test.subset(conflicting)} if bool(conflicting.any()) else {}
    return Task(name, train, easy, hard, test, keys=keys, seed=seed)


def untested_groups(task: Task, values: Values) -> str:
    """Return a warning that names the groups of class and attribute without a test image; "" if there are none."""
    split, groups = task.test, [task.test.target, *task.test.bias]
    sizes = [split.images.sizes[name] for name in groups]
    number = torch.zeros(len(split), dtype=torch.int64)
    for name, size in zip(groups, sizes, strict=True):
        number = number * size + split.factor(name)
    counts = torch.bincount(number, minlength=int(np.prod(sizes)))
    empty = np.stack(np.unravel_index(np.flatnonzero(counts.numpy() == 0), sizes), axis=1)
    words = [", ".join(f"{name} {values[name][i]}" for name, i in zip(groups, group, strict=True)) for group in empty]
    return (
        f"groups without a test image, of which nothing can be said:{listed(words)}" if task.test.bias and words else ""
    )
