"""A grating in the stroke."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch

from torch import Tensor

from lazyartist.data.lies import LIES
from lazyartist.data.lies.base import Lie, stripes


# (degrees, pixels) of each class's grating
GRATINGS = (
    *((0, 2), (90, 2), (0, 3), (90, 3), (45, 2.83)),
    *((135, 2.83), (0, 4.5), (90, 4.5), (45, 4.5), (135, 4.5)),
)


@LIES.register("stroke_grating")
@dataclass(frozen=True)
class StrokeGrating(Lie):
    """A grating in the stroke, whose direction and width tell the class: a texture in place of a colour."""

    factors: ClassVar[tuple[str, ...]] = ("grating",)

    def draw(self, grey: Tensor, values: Mapping[str, Tensor]) -> Tensor:
        """Return the strokes times the grating."""
        degrees, lengths = torch.tensor(GRATINGS)[values["grating"]].unbind(1)
        return grey * (1 + stripes(grey, degrees, lengths)) / 2
