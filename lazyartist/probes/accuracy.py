"""How often is the model right, and what does it say when it is not?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from torch import Tensor, nn

from lazyartist.inference import predict


if TYPE_CHECKING:
    from lazyartist.data.coloured import ColouredImages


@dataclass(frozen=True)
class Accuracy:
    """Counts over a dataset: `confusion` is (classes, classes) int64, true class by predicted class."""

    confusion: Tensor

    @property
    def n(self) -> int:
        """How many images."""
        return int(self.confusion.sum())

    @property
    def value(self) -> float:
        """The share that is right."""
        return int(self.confusion.diagonal().sum()) / self.n


def accuracy(model: nn.Module, data: ColouredImages) -> Accuracy:
    """Return accuracy and confusion matrix on every image of `data`."""
    cells = data.labels * data.classes + predict(model, data)
    return Accuracy(torch.bincount(cells, minlength=data.classes**2).view(data.classes, data.classes))
