"""Every combination of some factors, numbered: an index is a vector of factors, and back.

And what images of such a grid can offer beyond what every family of `Images` does.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Protocol, runtime_checkable

import torch

from torch import Tensor


@dataclass(frozen=True, eq=False)
class Grid:
    """A grid of factors; the last one changes fastest from one index to the next.

    Attributes:
        sizes: each factor's name -> how many values it has, from 1 on; the order counts.
    """

    sizes: Mapping[str, int]

    def __len__(self) -> int:
        return prod(self.sizes.values())

    @property
    def strides(self) -> dict[str, int]:
        """Each factor's name -> how far apart two images are between which only this factor is one step on."""
        sizes = list(self.sizes.values())
        return {name: prod(sizes[place + 1 :]) for place, name in enumerate(self.sizes)}

    def factors_of(self, index: Tensor) -> Tensor:
        """Return the factors (B, F) int64, in order, of the images at `index`, (B,) int64.

        Raises:
            IndexError: an index is outside the grid.
        """
        self._inside(index, len(self), "index")
        return torch.stack([self.factor_of(name, index) for name in self.sizes], dim=-1)

    def factor_of(self, name: str, index: Tensor) -> Tensor:
        """Return the values of one factor, (B,) int64, of the images at `index`, (B,) int64."""
        return index // self.strides[name] % self.sizes[name]

    def index_of(self, factors: Tensor) -> Tensor:
        """Return the indices (B,) int64 of the images with these factors, (B, F) int64.

        Raises:
            IndexError: a factor has no such value.
        """
        for name, values in zip(self.sizes, factors.unbind(-1), strict=True):
            self._inside(values, self.sizes[name], name)
        return (factors * torch.tensor(list(self.strides.values()))).sum(-1)

    def changed(self, index: Tensor, values: Mapping[str, Tensor]) -> Tensor:
        """Return the indices (B,) of the images at `index` with some factors changed, name -> (B,) int64.

        Raises:
            KeyError: there is no such factor.
            IndexError: a factor has no such value.
        """
        for name, new in values.items():
            if name not in self.sizes:
                raise KeyError(f"no factor {name!r}: there are {', '.join(self.sizes)}")
            self._inside(new, self.sizes[name], name)
            index = index + (new - self.factor_of(name, index)) * self.strides[name]
        return index

    @property
    def factors(self) -> Mapping[str, Tensor]:
        """Each factor's name -> (N,) int64, its value in every image of the grid."""
        return _Factors(self)

    @staticmethod
    def _inside(values: Tensor, size: int, name: str) -> None:
        low, high = (int(values.min()), int(values.max())) if values.numel() else (0, 0)
        if not 0 <= low <= high < size:
            raise IndexError(f"{name} runs from {low} to {high}: expected whole numbers from 0 to {size - 1}")


@dataclass(frozen=True, eq=False)
class _Factors(Mapping[str, Tensor]):
    """All factors of a grid, counted out when they are asked for: a grid that nobody asks is small."""

    grid: Grid

    def __getitem__(self, name: str) -> Tensor:
        if name not in self.grid.sizes:
            raise KeyError(name)
        return self.grid.factor_of(name, torch.arange(len(self.grid)))

    def __iter__(self) -> Iterator[str]:
        return iter(self.grid.sizes)

    def __len__(self) -> int:
        return len(self.grid.sizes)


class FactorImages(ABC):
    """Images of every combination of some factors: a family of `Images` on which everything can be changed.

    A subclass says what its grid is, and draws.
    """

    @property
    @abstractmethod
    def grid(self) -> Grid:
        """The factors, in the order in which they count an index out."""

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """See `Images`."""

    @abstractmethod
    def render(self, index: Tensor) -> Tensor:
        """Return the images at `index`, (B,) int64: (B, 3, H, W) float32 in [0, 1]."""

    def __len__(self) -> int:
        return len(self.grid)

    @property
    def factors(self) -> Mapping[str, Tensor]:
        """See `Images`."""
        return self.grid.factors

    @property
    def sizes(self) -> Mapping[str, int]:
        """See `Images`."""
        return self.grid.sizes

    def paint(self, index: Tensor, values: Mapping[str, Tensor]) -> Tensor:
        """Return the images at `index`, with the factors in `values` (name -> (B,) int64) changed to these values.

        Raises:
            KeyError: there is no such factor.
            IndexError: a factor has no such value.
        """
        return self.render(self.grid.changed(index, values))


@runtime_checkable
class WithProjection(Protocol):
    """Images of which a few numbers each, their inner products with some axes, are cheaper to have than the pixels."""

    def project(self, axes: Tensor) -> Callable[[Tensor], Tensor]:
        """Return a function from indices (B,) to inner products (B, K) of images with `axes`, (K, C·H·W) float32.

        It returns `render(index).flatten(1) @ axes.T`, but for rounding.
        """


def checked_axes(axes: Tensor, pixels: int) -> Tensor:
    """Return `axes`.

    Raises:
        ValueError: they are not (K, pixels).
    """
    if axes.ndim != 2 or axes.shape[1] != pixels:
        raise ValueError(f"axes: expected (K, {pixels}), a row per axis, got {tuple(axes.shape)}")
    return axes
