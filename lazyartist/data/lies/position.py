"""Where the stroke stands."""

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


SCALE = 0.7  # of the stroke, so that there is room to move
SHIFT = 5 / 28  # of the side


@LIES.register("position")
@dataclass(frozen=True)
class Position(Lie):
    """The stroke stands off the middle, and which way tells the class; a network that pools over places is blind."""

    factors: ClassVar[tuple[str, ...]] = ("position",)

    def draw(self, grey: Tensor, values: Mapping[str, Tensor]) -> Tensor:
        """Return the strokes, which have been moved already."""
        del values
        return grey

    def place(self, grey: Tensor, values: Mapping[str, Tensor]) -> Tensor:
        """Return smaller strokes, moved in one of ten directions."""
        angle = on_scale(values["position"], 2 * math.pi * torch.arange(10) / 10).flatten()
        shift = SHIFT * torch.stack([angle.cos(), angle.sin()], 1)
        return scaled_and_moved(grey, torch.full((len(grey),), SCALE), shift)
