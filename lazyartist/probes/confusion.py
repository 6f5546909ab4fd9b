"""Accuracy and confusion matrix: how often the model is right, and what it answers when it is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from torch import Tensor, nn

from lazyartist.inference import predict
from lazyartist.probes.validation import need_split


if TYPE_CHECKING:
    from lazyartist.data.images import Split


@dataclass(frozen=True, eq=False)
class Accuracy:
    """Counts over a split: `confusion` is (classes, classes) int64, true class by predicted class."""

    confusion: Tensor

    @property
    def n(self) -> int:
        """How many images."""
        return int(self.confusion.sum())

    @property
    def value(self) -> float:
        """The share that is right."""
        return int(self.confusion.diagonal().sum()) / self.n


def accuracy(model: nn.Module, split: Split) -> Accuracy:
    """Return accuracy and confusion matrix on every image of `split`.

    Raises:
        ValueError: it is no split, has no images, or the model does not return finite logits, one per class.
    """
    need_split(split, "accuracy")
    pairs = split.labels * split.classes + predict(model, split)
    return Accuracy(torch.bincount(pairs, minlength=split.classes**2).view(split.classes, split.classes))
