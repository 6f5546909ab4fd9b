"""A faint wave over the whole image, which a person hardly sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch

from torch import Tensor

from lazyartist.data.lies import LIES
from lazyartist.data.lies.base import Lie, stripes
from lazyartist.knobs import knob


@LIES.register("wave")
@dataclass(frozen=True)
class Wave(Lie):
    """A faint wave over the whole image, whose direction and length tell the class; a person hardly sees it.

    Attributes:
        amplitude: of the wave, as a share of white.
    """

    factors: ClassVar[tuple[str, ...]] = ("wave",)
    amplitude: float = knob(0.05, above=0, high=0.25)

    def draw(self, grey: Tensor, values: Mapping[str, Tensor]) -> Tensor:
        """Return the strokes with less contrast, and the wave added: nothing leaves [0, 1]."""
        value = values["wave"]
        wave = stripes(grey, 36.0 * (value % 5), torch.where(value < 5, 3.0, 6.0))
        return self.amplitude * (1 + wave) + (1 - 2 * self.amplitude) * grey
