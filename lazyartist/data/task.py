"""The task: a training split that lies, an easy split that lies the same way, hard splits where the lie is turned."""

from __future__ import annotations

import operator

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType

import torch

from torch import Tensor

from lazyartist.data.images import Split, UnsupportedError


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

    def fair_split(self, needed_by: str) -> Split:
        """Return images, none of them a test image, whose attribute says nothing of their class.

        That is the unbiased training split; or, where there is none, as many training and validation images of each
        group as the smallest group has.

        Raises:
            UnsupportedError: there are no bias attributes, or a group has no image; names what needs it.
        """
        if self.unbiased is not None:
            return self.unbiased
        splits = [split for split in (self.train, self.easy) if split.bias and not split.painted]
        if not splits:
            return self.oracle_split(needed_by)  # which says what is missing
        index = torch.cat([torch.arange(len(split)) if split.index is None else split.index for split in splits])
        both = replace(self.train, index=torch.unique(index))
        group = both.labels * both.attributes + both.attribute
        members = [(group == number).nonzero()[:, 0] for number in range(both.classes * both.attributes)]
        if not (least := min(map(len, members))):
            raise UnsupportedError(
                f"{needed_by} needs training or validation images of every {self.train.target} with every "
                f"{' and '.join(self.train.bias)}, and {self.name} lacks some: leave {needed_by} out"
            )
        return both.subset(torch.cat([rows[:least] for rows in members]))


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
