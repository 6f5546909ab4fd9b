"""What a lie is: bias attributes with as many values as there are classes, and how an image shows them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch

from torch import Tensor

from lazyartist.knobs import check_knobs


# the class k has the ORDER[k]-th value of a scale: so neighbours on the scale are no neighbours in class
ORDER = (0, 7, 4, 1, 8, 5, 2, 9, 6, 3)


@dataclass(frozen=True)
class Lie(ABC):
    """A lie. Subclasses are frozen dataclasses: their fields are their knobs, their repr their configuration.

    Attributes:
        factors: the bias attributes that it adds; each is entangled with the class by itself.
        most: how many values it can draw; a dataset has no more classes than that.
    """

    factors: ClassVar[tuple[str, ...]]
    most: ClassVar[int] = len(ORDER)

    def __post_init__(self) -> None:
        check_knobs(self)

    @abstractmethod
    def draw(self, grey: Tensor, values: Mapping[str, Tensor]) -> Tensor:
        """Return images in which the attributes have these values.

        Args:
            grey: (B, 1, H, W) float32 in [0, 1], the strokes where `place` puts them; 0 is background.
            values: each factor's name -> (B,) int64 from 0 on; value k is that of class k.

        Returns:
            (B, 1 or 3, H, W) float32 in [0, 1].
        """

    def place(self, grey: Tensor, values: Mapping[str, Tensor]) -> Tensor:
        """Return where the strokes lie once the attributes have these values, as `grey`; most lies leave them alone."""
        del values
        return grey


def on_scale(values: Tensor, scale: Tensor) -> Tensor:
    """Return each value's number on a scale of ten, in `ORDER`, shaped to multiply images: (B, 1, 1, 1).

    Args:
        values: (B,) int64 from 0 to 9.
        scale: (10,) numbers.
    """
    return scale[torch.tensor(ORDER)][values][:, None, None, None]


def coordinates(grey: Tensor) -> tuple[Tensor, Tensor]:
    """Return x (1, 1, 1, W) and y (1, 1, H, 1) of the pixels of images (B, 1, H, W), in pixels from 0 on."""
    height, width = grey.shape[2:]
    return torch.arange(width).float().view(1, 1, 1, -1), torch.arange(height).float().view(1, 1, -1, 1)


def stripes(grey: Tensor, degrees: Tensor, lengths: Tensor) -> Tensor:
    """Return cosine waves (B, 1, H, W) in [-1, 1] for images (B, 1, H, W).

    Args:
        grey: the images, for their size.
        degrees: (B,), which way each wave runs.
        lengths: (B,), each wave's length in pixels.
    """
    x, y = coordinates(grey)
    angle = torch.deg2rad(degrees)[:, None, None, None]
    along = x * angle.cos() + y * angle.sin()
    return (2 * torch.pi * along / lengths[:, None, None, None]).cos()  # a sine of 2 pixels would be 0 on each of them
