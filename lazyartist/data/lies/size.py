"""How large the stroke is."""

from __future__ import annotations

import math

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch

from torch import Tensor

from lazyartist.data.lies import LIES
from lazyartist.data.lies.base import Lie, on_scale
from lazyartist.data.warp import scaled_and_moved


LEAST, MOST = 0.5, 1.25  # times the size that it had


@LIES.register("size")
@dataclass(frozen=True)
class Size(Lie):
    """The size of the stroke tells the class: a number to be measured, which is learnt slowly."""

    factors: ClassVar[tuple[str, ...]] = ("size",)

    def draw(self, grey: Tensor, values: Mapping[str, Tensor]) -> Tensor:
        """Return the strokes, which have been scaled already."""
        del values
        return grey

    def place(self, grey: Tensor, values: Mapping[str, Tensor]) -> Tensor:
        """Return strokes scaled about the middle, by factors that are evenly apart on a logarithmic scale."""
        sizes = torch.logspace(math.log10(LEAST), math.log10(MOST), 10)
        scale = on_scale(values["size"], sizes).flatten()
        return scaled_and_moved(grey, scale, torch.zeros(len(grey), 2))
