"""How bright the stroke is."""

from __future__ import annotations

import math

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch

from torch import Tensor

from lazyartist.data.lies import LIES
from lazyartist.data.lies.base import Lie, on_scale


DARKEST = 0.2


@LIES.register("stroke_brightness")
@dataclass(frozen=True)
class StrokeBrightness(Lie):
    """The brightness of the stroke tells the class: a number to be measured, which is learnt slowly."""

    factors: ClassVar[tuple[str, ...]] = ("brightness",)

    def draw(self, grey: Tensor, values: Mapping[str, Tensor]) -> Tensor:
        """Return the strokes times one of ten levels, evenly apart on a logarithmic scale."""
        return grey * on_scale(values["brightness"], torch.logspace(math.log10(DARKEST), 0, 10))
