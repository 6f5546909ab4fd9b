"""Images without their factors: all that is seen of a dataset while latents are learnt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import torch

from torch import Tensor

from lazyartist.data.grid import WithProjection


Render = Callable[[Tensor], Tensor]


class Shown(Protocol):
    """Anything that shows images: a family, a split, what a strategy may see of one."""

    @property
    def fingerprint(self) -> str:
        """A digest of all images, or "" where nothing is kept that was learnt of them."""

    def __len__(self) -> int:
        """How many there are."""

    def render(self, index: Tensor) -> Tensor:
        """Return the images at `index`, (B,) int64: (B, C, H, W) float32 in [0, 1]."""


class Pictures:
    """A dataset that shows its images and nothing else: neither factors nor labels can be asked for.

    Args:
        source: a family of images, or a split of one.
    """

    def __init__(self, source: Shown) -> None:
        self._count = len(source)
        self._render: Render = source.render
        self._project = source.project if isinstance(source, WithProjection) else None
        self.fingerprint = source.fingerprint
        self.shape = tuple(source.render(torch.tensor([0])).shape[1:])

    def __len__(self) -> int:
        return self._count

    def render(self, index: Tensor) -> Tensor:
        """Return the images at `index`, (B,) int64: (B, C, H, W) float32 in [0, 1]."""
        return self._render(index)

    def projector(self, axes: Tensor) -> Render:
        """Return a function from indices (B,) to the images' inner products with `axes` (K, C·H·W): (B, K)."""
        if self._project is not None:
            return self._project(axes)
        return lambda index: self._render(index).flatten(1) @ axes.T

    def some(self, n: int, generator: torch.Generator) -> Tensor:
        """Return n images drawn with replacement, (n, C, H, W)."""
        return self._render(self.draw(n, generator))

    def draw(self, n: int, generator: torch.Generator) -> Tensor:
        """Return n indices drawn with replacement, (n,) int64."""
        return torch.randint(self._count, (n,), generator=generator)
