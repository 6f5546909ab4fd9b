"""The task: a training split that lies, an easy split that lies the same way, hard splits where the lie is turned."""

from __future__ import annotations

import operator

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import torch

from torch import Tensor

from lazyartist.data import DATASETS
from lazyartist.data.images import Split, UnsupportedError


if TYPE_CHECKING:
    from lazyartist.data.sources import GreyImages

Keys = Mapping[str, "str | int | float"]


@dataclass(frozen=True, eq=False)
class Task:
    """What a model is trained and judged on. Each split names its target and its bias attributes.

    Attributes:
        name: the dataset, "mnist".
        train: the biased training split; all that a strategy is ever handed.
        easy: validation images with the same distribution as `train`.
        hard: test images on which the bias misleads, by the way it does: "rotated" and "other" for colours.
        test: test images on which every group is judged; for colours, images in colours that say nothing.
        unbiased: the training split with attributes that say nothing, what the oracle trains on; None if there is none.
        keys: how the dataset was made, as in rows: "bias", "correlation", ...
        seed: the seed that drew the splits.
    """

    name: str
    train: Split
    easy: Split
    hard: Mapping[str, Split]
    test: Split
    unbiased: Split | None = None
    keys: Keys = field(default_factory=lambda: MappingProxyType({}))
    seed: int = 0

    @cached_property
    def own_attribute(self) -> Tensor:
        """(classes,) int64, the attribute value that most training images of each class have."""
        counts = torch.zeros(self.train.classes, self.train.attributes, dtype=torch.int64)
        one = torch.ones(len(self.train), dtype=torch.int64)
        return counts.index_put((self.train.labels, self.train.attribute), one, accumulate=True).argmax(1)

    def aligned(self, split: Split) -> Tensor:
        """Return (N,) bool: does an image have its class's own attribute value?"""
        return split.attribute == self.own_attribute[split.labels]

    def oracle_split(self, needed_by: str) -> Split:
        """Return the unbiased training split.

        Raises:
            UnsupportedError: this dataset has none; names what needs it.
        """
        if self.unbiased is None:
            raise UnsupportedError(
                f"{needed_by} needs a training split whose {' and '.join(self.train.bias) or 'attributes'} say nothing "
                f"of the {self.train.target}, and {self.name} has none: leave {needed_by} out"
            )
        return self.unbiased


def make_task(dataset: str | GreyImages | Task = "mnist", *, seed: int = 0, **knobs: Any) -> Task:
    """Make the task of a dataset. The same arguments give the same bits: splits and attributes all follow from `seed`.

    Args:
        dataset: a name, with knobs behind it if you like: "mnist", "digits:correlation=0.99:where=background"; or your
            own `GreyImages` to be painted; or a `Task` of your own, which is returned as it is.
        seed: a whole number from 0 on.
        knobs: of the dataset; those of painted ones are `correlation`, `conflict`, `where` and `palette`, see
            `lazyartist.data.coloured.colour`.

    Raises:
        UnknownNameError: an unknown dataset or palette.
        DataError: the images cannot be had.
        ValueError: an argument out of range.
    """
    from lazyartist.data.painting import paint_task

    if isinstance(dataset, Task):
        return dataset
    seed = whole_number(seed, "seed")
    if isinstance(dataset, str):
        make, given = DATASETS.configured(dataset)
        name = dataset.partition(":")[0]
        chosen = {**given, **knobs}
        try:
            return replace(make(seed=seed, **chosen), name=name)
        except TypeError as error:
            raise ValueError(f"the dataset {name} cannot be made with {chosen}: {error}") from error
    if not all(hasattr(dataset, f"{part}_{what}") for part in ("train", "test") for what in ("images", "labels")):
        raise ValueError(
            f"dataset: expected a name, GreyImages to be painted, or a Task, got {type(dataset).__name__}; images that "
            "are painted already have no test split: pass the grey ones as lazyartist.data.sources.GreyImages("
            "train_images, train_labels, test_images, test_labels), with palette= for other classes than ten; images "
            "with colours of their own become a task by lazyartist.data.arrays.array_task"
        )
    return paint_task(dataset, "custom", seed=seed, **knobs)


def whole_number(value: object, name: str) -> int:
    """Return a whole number from 0 on, of whatever integer type.

    Raises:
        ValueError: it is none.
    """
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        number = -1
    if number < 0 or isinstance(value, bool):
        raise ValueError(f"{name}={value!r}: expected a whole number from 0 on")
    return number
