"""Group accuracy: how often the model is right in each group, a class with a value of the bias attribute."""

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
class GroupAccuracy:
    """Counts by group, both (classes, attributes) int64: how many images there are, and how many are right."""

    n: Tensor
    right: Tensor

    @property
    def accuracy(self) -> Tensor:
        """The share that is right in each group, (classes, attributes); NaN where there are no images."""
        return self.right / self.n

    @property
    def worst(self) -> float:
        """Worst-group accuracy: the least over the groups that have images."""
        return float(self.accuracy[self.n > 0].min())


def group_accuracy(model: nn.Module, split: Split) -> GroupAccuracy:
    """Count right answers by class and attribute value, in one pass over `split`.

    Raises:
        UnsupportedError: the split has no bias attribute.
        ValueError: it is no split, has no images, or the model does not return finite logits, one per class.
    """
    need_split(split, "group_accuracy")
    group = split.labels * split.attributes + split.attribute
    right = predict(model, split) == split.labels
    shape = (split.classes, split.attributes)
    n, hits = (torch.bincount(index, minlength=shape[0] * shape[1]).view(shape) for index in (group, group[right]))
    return GroupAccuracy(n, hits)
