"""Objectives: what a picture is to activate, one number per picture, of a layer's output or of the logits.

The images of a batch are pictures of different things: image b of unit `units[b]`, and so on. Objectives for as many
images can be added, and multiplied by a number.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import torch

from torch import Tensor, nn


Layer: TypeAlias = str | nn.Module | None  # None stands for the model's own output
Outputs: TypeAlias = Mapping[Layer, Tensor]


class Objective(ABC):
    """Something to activate."""

    @property
    @abstractmethod
    def layers(self) -> tuple[Layer, ...]:
        """The layers whose outputs are wanted."""

    @abstractmethod
    def __len__(self) -> int:
        """For how many images."""

    @abstractmethod
    def __call__(self, outputs: Outputs) -> Tensor:
        """Return (B,) how much each image activates its unit."""

    def __add__(self, other: Objective) -> Objective:
        return Sum(((1.0, self), (1.0, other)))

    def __mul__(self, factor: float) -> Objective:
        return Sum(((factor, self),))

    __rmul__ = __mul__


@dataclass(frozen=True, eq=False)
class Sum(Objective):
    """A weighted sum of objectives for equally many images."""

    parts: tuple[tuple[float, Objective], ...]

    def __post_init__(self) -> None:
        sizes = [len(part) for _, part in self.parts]
        if len(set(sizes)) != 1:
            raise ValueError(f"objectives for {sizes} images cannot be added: give each the same number")

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Those of all parts."""
        return tuple(layer for _, part in self.parts for layer in part.layers)

    def __len__(self) -> int:
        return len(self.parts[0][1])

    def __call__(self, outputs: Outputs) -> Tensor:
        """Return (B,) the weighted sum."""
        return torch.stack([factor * part(outputs) for factor, part in self.parts]).sum(0)


@dataclass(frozen=True, eq=False)
class _OfLayer(Objective):
    layer: str | nn.Module

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The one layer."""
        return (self.layer,)

    def _maps(self, outputs: Outputs) -> Tensor:
        maps = outputs[self.layer]
        if maps.ndim != 4:
            raise ValueError(f"the layer {self.layer!r} puts out {tuple(maps.shape)}: expected maps (B, K, h, w)")
        return maps


@dataclass(frozen=True, eq=False)
class Channel(_OfLayer):
    """The mean of one channel over all positions; `units` (B,) are the channels."""

    units: Tensor

    def __len__(self) -> int:
        return len(self.units)

    def __call__(self, outputs: Outputs) -> Tensor:
        """Return (B,)."""
        return _own(self._maps(outputs).mean((2, 3)), self.units)


@dataclass(frozen=True, eq=False)
class Neuron(_OfLayer):
    """One channel at one position, the middle unless told otherwise; `units` (B,) are the channels."""

    units: Tensor
    position: tuple[int, int] | None = None

    def __len__(self) -> int:
        return len(self.units)

    def __call__(self, outputs: Outputs) -> Tensor:
        """Return (B,)."""
        maps = self._maps(outputs)
        row, column = self.position or (maps.shape[2] // 2, maps.shape[3] // 2)
        return _own(maps[:, :, row, column], self.units)


@dataclass(frozen=True, eq=False)
class Position(_OfLayer):
    """All channels at one position, the mean of their squares; `positions` (B, 2) are rows and columns."""

    positions: Tensor

    def __len__(self) -> int:
        return len(self.positions)

    def __call__(self, outputs: Outputs) -> Tensor:
        """Return (B,)."""
        maps = self._maps(outputs)
        return maps[torch.arange(len(maps)), :, self.positions[:, 0], self.positions[:, 1]].square().mean(1)


@dataclass(frozen=True, eq=False)
class Direction(_OfLayer):
    """A direction in the space of channels, mean over all positions; `directions` (B, K) count by direction alone."""

    directions: Tensor

    def __len__(self) -> int:
        return len(self.directions)

    def __call__(self, outputs: Outputs) -> Tensor:
        """Return (B,)."""
        return (self._maps(outputs).mean((2, 3)) * nn.functional.normalize(self.directions)).sum(1)


@dataclass(frozen=True, eq=False)
class Logit(Objective):
    """The logit of a class; `classes` (B,)."""

    classes: Tensor

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The model's own output."""
        return (None,)

    def __len__(self) -> int:
        return len(self.classes)

    def __call__(self, outputs: Outputs) -> Tensor:
        """Return (B,)."""
        return _own(outputs[None], self.classes)


def _own(values: Tensor, units: Tensor) -> Tensor:
    if not 0 <= int(units.min()) <= int(units.max()) < values.shape[1]:
        raise ValueError(f"there are {values.shape[1]} units, counted from 0; got {units.tolist()}")
    return values.gather(1, units[:, None])[:, 0]
