"""The hue of pictures: does the picture that activates a class's logit most have that class's own colour?"""

from __future__ import annotations

import math

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from torch import Tensor


if TYPE_CHECKING:
    from lazyartist.data.palettes import Palette


@dataclass(frozen=True, eq=False)
class Hues:
    """The mean hues of one picture per class, against the palette.

    Attributes:
        degrees: (classes,) the pictures' mean hues, in [0, 360).
        nearest: (classes,) int64, the palette colour with the nearest hue.
        strength: (classes,) how much colour is left in the mean, in [0, 1]: 0 is grey, and its hue means nothing.
    """

    degrees: Tensor
    nearest: Tensor
    strength: Tensor

    @property
    def own(self) -> int:
        """Of how many classes the nearest colour is the class's own."""
        return int((self.nearest == torch.arange(len(self.nearest))).sum())

    @property
    def chance(self) -> float:
        """The probability of as many or more if each picture hit its class's colour by chance, one in `classes`."""
        n, p = len(self.nearest), 1 / len(self.nearest)
        return sum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(self.own, n + 1))


def measure_hues(pictures: Tensor, palette: Palette) -> Hues:
    """Measure the hue of every picture's mean colour.

    Args:
        pictures: (classes, 3, H, W) in [0, 1], one per class in class order.
        palette: of the training set; colours of the same hue cannot be told apart, and a grey one has none.

    Raises:
        ValueError: there is not one picture per colour, or a pixel is not finite.
    """
    colours = palette.tensor()
    if pictures.ndim != 4 or pictures.shape[:2] != colours.shape:
        raise ValueError(f"pictures: expected ({len(colours)}, 3, H, W), one per class, got {tuple(pictures.shape)}")
    if not bool(pictures.isfinite().all()):
        raise ValueError("pictures: expected pixels in [0, 1], got NaN or infinity")
    measured, wanted = chroma(pictures.mean((2, 3))), chroma(colours)
    apart = (measured[:, None] * wanted.conj()[None]).angle().abs()  # (pictures, colours)
    return Hues(measured.angle().rad2deg() % 360, apart.argmin(1), measured.abs())


def chroma(colours: Tensor) -> Tensor:
    """Return (N,) complex: the colours (N, 3) seen along the grey axis, red at 0° and green at 120°, size 1 if pure."""
    red, green, blue = colours.unbind(1)
    return torch.complex(red - (green + blue) / 2, math.sqrt(3) / 2 * (green - blue))
