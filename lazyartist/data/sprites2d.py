"""White sprites on black: 737,280 images by five factors, the grid of dSprites, rendered from the factors."""

from __future__ import annotations

import hashlib

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import torch

from torch import Tensor
from torch.nn.functional import embedding_bag

from lazyartist.data import DATASETS
from lazyartist.data.grid import FactorImages, Grid, checked_axes
from lazyartist.data.grid_task import grid_task
from lazyartist.data.sprites2d_geometry import (
    FIRST,
    ORIENTATIONS,
    PIXELS,
    POSITIONS,
    SCALES,
    SHAPES,
    TRAVEL,
    cut_into_rows,
)
from lazyartist.data.task import Task
from lazyartist.device import CPU, kept_here, on_device


GRID = Grid(
    {
        "shape": len(SHAPES),
        "scale": len(SCALES),
        "orientation": ORIENTATIONS,
        "x": POSITIONS,
        "y": POSITIONS,
    }
)
SCALE_OF_SHAPE = (0, 2, 5)  # in the biased dataset: small squares, larger ellipses, the largest hearts


@dataclass(frozen=True)
class Sprites2D(FactorImages):
    """A square, ellipse or heart of some size, turned and moved: a family of `Images`.

    At 64 pixels all pixels are black or white, as in the original; at 32 they are averages of four.

    Orientation runs once round and counts its start twice, as the original does: images of orientation 0 and 39 are
    the same, and nothing can tell them apart. A square also looks the same after a quarter turn, 9.75 steps, and an
    ellipse after half a turn, 19.5 steps.

    Attributes:
        size: height and width in pixels, 32 or 64.
    """

    size: int = 32

    def __post_init__(self) -> None:
        if self.size not in (PIXELS // 2, PIXELS):
            raise ValueError(f"size={self.size!r}: expected height and width in pixels, 32 or 64")

    @property
    def grid(self) -> Grid:
        """See `FactorImages`: shape, scale, orientation, x and y."""
        return GRID

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what all images are made from."""
        return _fingerprint(self.size)

    def render(self, index: Tensor) -> Tensor:
        """Return the images at `index`, (B,) int64: (B, 3, size, size) float32 in [0, 1], all channels the same."""
        return self._grey(index)[:, None].repeat(1, 3, 1, 1)

    def foreground(self, index: Tensor) -> Tensor:
        """Return how much of each pixel is the sprite, (B, size, size) uint8 from 0 to 255."""
        return (255 * self._grey(index)).round().to(torch.uint8)

    def to(self, device: torch.device) -> Sprites2D:
        """Return these images: they are rendered on the device of their index."""
        del device
        return self

    def project(self, axes: Tensor) -> Callable[[Tensor], Tensor]:
        """See `WithProjection`: all channels are the same, so one is enough."""
        of_one = checked_axes(axes, 3 * self.size**2).view(len(axes), 3, -1).sum(1).T.contiguous()
        return lambda index: self._grey(index).flatten(1) @ of_one

    def _grey(self, index: Tensor) -> Tensor:
        """Return (B, size, size): every row of pixels is white from an odd crossing to the next one."""
        shift = FIRST + TRAVEL / (POSITIONS - 1) * GRID.factor_of("x", index) - 0.5
        of_sprite = index // (POSITIONS * POSITIONS) * POSITIONS + index % POSITIONS
        crossings = _rows().index_select(0, of_sprite) + shift[:, None, None]  # (B, 64 rows, 4)
        columns = crossings.ceil_().clamp_(0, PIXELS).long()
        spans = columns[..., 0::2] * (PIXELS + 1) + columns[..., 1::2]
        per_row = PIXELS // self.size * spans.shape[2]
        return embedding_bag(spans.view(-1, per_row), _spans(self.size), mode="sum").view(-1, self.size, self.size)


@DATASETS.register("sprites2d", source="the factors of dSprites, Matthey et al. 2017")
def sprites2d(*, correlation: float = 0.95, images: int = 12_000, size: int = 32, seed: int = 0) -> Task:
    """Squares, ellipses and hearts, rendered here: the size gives the shape away."""
    task = grid_task(
        Sprites2D(size),
        "sprites2d",
        target="shape",
        bias="scale",
        own=SCALE_OF_SHAPE,
        correlation=correlation,
        count=images,
        seed=seed,
    )
    return replace(task, keys={**task.keys, "size": size})


@kept_here(2)
def _rows() -> Tensor:
    """See `cut_into_rows`, which takes half a second: (720 sprites · 32 heights, 64, 4)."""
    return cut_into_rows().flatten(0, 1)


@kept_here(4)
def _spans(size: int) -> Tensor:
    """What a row of 64 pixels, white from one column up to another, adds to a row of the picture: (65², size)."""
    column = torch.arange(PIXELS)
    ends = torch.arange(PIXELS + 1)
    white = (ends[:, None, None] <= column) & (column < ends[None, :, None])  # (first, behind, 64)
    per_pixel = PIXELS // size
    return white.flatten(0, 1).float().view(-1, size, per_pixel).mean(2) / per_pixel


@lru_cache(maxsize=2)
def _fingerprint(size: int) -> str:
    digest = hashlib.sha256(f"sprites2d {size} {dict(GRID.sizes)}".encode())
    with on_device(CPU):
        digest.update(_rows().numpy().tobytes())
    return digest.hexdigest()
