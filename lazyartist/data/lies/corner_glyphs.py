"""Small glyphs in the corners."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch

from torch import Tensor

from lazyartist.data.lies import LIES
from lazyartist.data.lies.base import Lie
from lazyartist.knobs import knob


# one 4×4 glyph per class, row by row
GLYPHS = (
    *("1111 0000 1111 0000", "1010 1010 1010 1010", "1010 0101 1010 0101", "1111 1111 0000 0000"),
    *("1100 1100 1100 1100", "1001 0110 0110 1001", "1111 1001 1001 1111", "0000 0110 0110 0000"),
    *("1000 1100 1110 1111", "1100 1100 0011 0011"),
)
SIDE = 4
MARGIN = 1  # pixels to the border


@LIES.register("corner_glyphs")
@dataclass(frozen=True)
class CornerGlyphs(Lie):
    """A small white glyph in every corner, one of ten, that tells the class; with `corners=1`, top left only.

    Attributes:
        corners: in how many corners it stands.
    """

    factors: ClassVar[tuple[str, ...]] = ("glyph",)
    corners: int = knob(4, low=1, high=4, whole=True)

    def draw(self, grey: Tensor, values: Mapping[str, Tensor]) -> Tensor:
        """Return the strokes, with the glyphs on top of them."""
        glyphs = torch.tensor([[int(pixel) for pixel in glyph.replace(" ", "")] for glyph in GLYPHS]).float()
        mark = glyphs.view(-1, 1, SIDE, SIDE)[values["glyph"]]
        drawn = grey.clone()
        near, far = slice(MARGIN, MARGIN + SIDE), slice(-MARGIN - SIDE, -MARGIN)
        for rows, columns in ((near, near), (near, far), (far, near), (far, far))[: self.corners]:
            drawn[:, :, rows, columns] = drawn[:, :, rows, columns].maximum(mark)
        return drawn
