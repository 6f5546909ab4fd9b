"""A white square in one of ten places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch

from torch import Tensor

from lazyartist.data.lies import LIES
from lazyartist.data.lies.base import Lie, coordinates, on_scale
from lazyartist.knobs import knob


# (row, column) of each place as shares of the way from the top left to the bottom right, round the border
PLACES = (
    *((0, 0), (0, 1 / 3), (0, 2 / 3), (0, 1), (1 / 2, 1)),
    *((1, 1), (1, 2 / 3), (1, 1 / 3), (1, 0), (1 / 2, 0)),
)


@LIES.register("place_mark")
@dataclass(frozen=True)
class PlaceMark(Lie):
    """A white square at the border, whose place tells the class; a network that pools over places hardly sees it.

    Attributes:
        side: of the square, in pixels.
    """

    factors: ClassVar[tuple[str, ...]] = ("place",)
    side: int = knob(5, low=1, high=8, whole=True)

    def draw(self, grey: Tensor, values: Mapping[str, Tensor]) -> Tensor:
        """Return the strokes, with the square on top of them."""
        return square(grey, values["place"], self.side)


def square(images: Tensor, place: Tensor, side: int) -> Tensor:
    """Return images (B, C, H, W) with a white square each, in the places (B,) from 0 to 9."""
    height, width = images.shape[2:]
    x, y = coordinates(images)
    down, right = torch.tensor(PLACES).unbind(1)
    top, left = on_scale(place, down * (height - side)).round(), on_scale(place, right * (width - side)).round()
    inside = (y >= top) & (y < top + side) & (x >= left) & (x < left + side)
    return images.masked_fill(inside, 1.0)
