"""Cutout: a random square of each image is hidden."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch

from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from lazyartist.knobs import knob
from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Batch, Plan, Strategy, TrainingSplit, Use


@STRATEGIES.register("cutout", source="DeVries and Taylor 2017, cutout, arXiv:1708.04552")
@dataclass(frozen=True)
class Cutout(Strategy):
    """Plain training on images of which a random square is black.

    MNIST, simple_cnn, 2 epochs, n = 5: hard 9.9 ± 4.4 (rotated), 10.4 ± 3.5 (other); see results/cures.md.
    It harms: a hidden patch takes shape away and leaves the colour, which any other part of the stroke still tells.

    Attributes:
        side: of the square, in pixels; it lies wholly inside the image.
    """

    uses: ClassVar[frozenset[Use]] = frozenset({"augmentation"})
    side: int = knob(12, low=1, whole=True)

    def plan(self, split: TrainingSplit) -> Plan:
        """Check that the square fits into the images and leaves something to be seen.

        Raises:
            ValueError: it does not.
        """
        height, width = split.render(torch.zeros(1, dtype=torch.int64)).shape[2:]
        largest = min(height, width, max(height, width) - 1)
        if self.side > largest:
            raise ValueError(
                f"Cutout: side={self.side}: expected a whole number from 1, up to {largest}, since the images have "
                f"{height} × {width} pixels"
            )
        return super().plan(split)

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        """Return the cross-entropy of the images with a hidden square."""
        return cross_entropy(model(occlude(batch.x, self.side, batch.generator)), batch.y)


def occlude(x: Tensor, side: int, generator: torch.Generator) -> Tensor:
    """Return images (B, 3, H, W) with a black square of `side` pixels each, at a random place."""
    n, _, height, width = x.shape
    top, left = (torch.randint(max(size - side, 0) + 1, (n, 1), generator=generator) for size in (height, width))
    rows, columns = torch.arange(height), torch.arange(width)
    hidden = ((rows >= top) & (rows < top + side))[:, :, None] & ((columns >= left) & (columns < left + side))[:, None]
    return x * ~hidden[:, None]
