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

    @property
    def balanced(self) -> float:
        """The mean over the groups that have images, each counting once."""
        return float(self.accuracy[self.n > 0].double().mean())

    def average(self, weights: Tensor) -> float:
        """Return the average accuracy: each group counts as often as it stands in the training split.

        So it is computed where a dataset comes with groups whose test split has other shares than the training split.

        Args:
            weights: (classes, attributes), the groups' sizes in the training split, see `group_sizes`; groups without
                test images are left out.

        Source: Sagawa et al. 2020, arXiv:1911.08731, on Waterbirds.
        """
        own = weights.double() * (self.n > 0)
        return float((own * self.accuracy.double().nan_to_num(0)).sum() / own.sum())


def group_accuracy(model: nn.Module, split: Split) -> GroupAccuracy:
    """Count right answers by class and attribute value, in one pass over `split`.

    Raises:
        UnsupportedError: the split has no bias attribute.
        ValueError: it is no split, has no images, or the model does not return finite logits, one per class.
    """
    need_split(split, "group_accuracy")
    right = predict(model, split) == split.labels
    return GroupAccuracy(group_sizes(split), group_sizes(split.subset(right)))


def group_sizes(split: Split) -> Tensor:
    """Return how many images of each class have each attribute value, (classes, attributes) int64.

    Raises:
        UnsupportedError: the split has no bias attribute.
    """
    shape = (split.classes, split.attributes)
    group = split.labels * split.attributes + split.attribute
    return torch.bincount(group, minlength=shape[0] * shape[1]).view(shape)
