"""Two lies at once: the colour of the stroke, and a white square in one of ten places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from lazyartist.data.lies import LIES
from lazyartist.data.lies.base import Lie
from lazyartist.data.lies.place_mark import square
from lazyartist.data.palettes import HUES


SIDE = 4  # pixels of the square


@LIES.register("colour_and_mark", source="after Li et al. 2023, Whac-A-Mole, arXiv:2212.04825")
@dataclass(frozen=True)
class ColourAndMark(Lie):
    """Two lies at once, the stroke's colour and the place of a white square: a cure of one may feed the other."""

    factors: ClassVar[tuple[str, ...]] = ("colour", "place")
    most: ClassVar[int] = len(HUES.colours)

    def draw(self, grey: Tensor, values: Mapping[str, Tensor]) -> Tensor:
        """Return coloured strokes, with the square on top of them."""
        return square(grey * HUES.tensor()[values["colour"]][:, :, None, None], values["place"], SIDE)
