"""Which class in which colour does the model get wrong?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from torch import Tensor, nn

from lazyartist.inference import predict


if TYPE_CHECKING:
    from lazyartist.data.coloured import ColouredImages


@dataclass(frozen=True)
class Cells:
    """Counts by (class, colour), both (classes, colours) int64: how many images there are, and how many are right."""

    n: Tensor
    right: Tensor

    @property
    def accuracy(self) -> Tensor:
        """The share that is right in each cell, (classes, colours); NaN where there are no images."""
        return self.right / self.n

    @property
    def worst(self) -> float:
        """The lowest accuracy of all cells that have images: the field's worst-group accuracy."""
        return float(self.accuracy[self.n > 0].min())


def cells(model: nn.Module, data: ColouredImages) -> Cells:
    """Count right answers by class and colour, in one pass over `data`."""
    right = predict(model, data) == data.labels
    cell = data.labels * data.classes + data.colours
    shape = (data.classes, data.classes)
    n, hits = (torch.bincount(c, minlength=data.classes**2).view(shape) for c in (cell, cell[right]))
    return Cells(n, hits)
