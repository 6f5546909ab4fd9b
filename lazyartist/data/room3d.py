"""Rooms with one object: 480,000 images by six factors, the grid of Shapes3D, rendered from the factors themselves."""

from __future__ import annotations

import colorsys
import hashlib

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import torch

from torch import Tensor

from lazyartist.data import DATASETS
from lazyartist.data.grid import FactorImages, Grid, checked_axes
from lazyartist.data.grid_task import grid_task
from lazyartist.data.room3d_geometry import AZIMUTHS, SCALES, cast_room
from lazyartist.data.room3d_solids import SHAPES
from lazyartist.data.task import Task
from lazyartist.device import CPU, kept_here, on_device


HUES = 10
WALL_OF_SHAPE = (0, 3, 5, 8)  # in the biased dataset: red, green, cyan, violet
SKY = (153 / 255, 226 / 255, 249 / 255)
GRID = Grid(
    {
        **dict.fromkeys(("floor_hue", "wall_hue", "object_hue"), HUES),
        "scale": len(SCALES),
        "shape": len(SHAPES),
        "azimuth": len(AZIMUTHS),
    }
)
MAPS = GRID.sizes["scale"] * GRID.sizes["shape"] * GRID.sizes["azimuth"]  # pictures that differ in more than hues


@dataclass(frozen=True)
class Room3D(FactorImages):
    """A cube, cylinder, sphere or capsule in a room, seen from the front and from both sides: a family of `Images`.

    Everything can be changed on an image: what `paint` returns is the image of that other room.

    Attributes:
        size: height and width in pixels, from 8 on.
    """

    size: int = 32

    def __post_init__(self) -> None:
        if not isinstance(self.size, int) or not 8 <= self.size <= 256:
            raise ValueError(
                f"size={self.size!r}: expected height and width in pixels, from 8 to 256, such as 32 or 64"
            )

    @property
    def grid(self) -> Grid:
        """See `FactorImages`: floor, wall and object hue, scale, shape and azimuth."""
        return GRID

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what all images are made from."""
        return _fingerprint(self.size)

    def render(self, index: Tensor) -> Tensor:
        """Return the images at `index`, (B,) int64: (B, 3, size, size) float32 in [0, 1]."""
        weights = geometry(self.size)[0].index_select(0, index % MAPS)
        colours = _colours_of_hues().index_select(0, index // MAPS)
        return torch.bmm(colours, weights).view(len(index), 3, self.size, self.size)

    def foreground(self, index: Tensor) -> Tensor:
        """Return how much of each pixel is the object, (B, size, size) uint8 from 0 to 255."""
        return (255 * geometry(self.size)[1].index_select(0, index % MAPS)).round().to(torch.uint8)

    def to(self, device: torch.device) -> Room3D:
        """Return these images: they are rendered on the device of their index."""
        del device
        return self

    def project(self, axes: Tensor) -> Callable[[Tensor], Tensor]:
        """See `WithProjection`: an image is a sum of three parts, and of each one hue decides; so three look-ups do."""
        table = _projected(self.size, checked_axes(axes, 3 * self.size**2))

        def look_up(index: Tensor) -> Tensor:
            floor, wall, thing = (GRID.factor_of(name, index) for name in ("floor_hue", "wall_hue", "object_hue"))
            parts = torch.stack([floor, HUES + wall, 2 * HUES + thing], dim=1)
            return torch.nn.functional.embedding_bag(parts + (index % MAPS)[:, None] * (3 * HUES), table, mode="sum")

        return look_up


@DATASETS.register("room3d", source="the factors of Shapes3D, Burgess and Kim 2018")
def room3d(*, correlation: float = 0.95, images: int = 12_000, size: int = 32, seed: int = 0) -> Task:
    """Rooms with a cube, cylinder, sphere or capsule, rendered here: the hue of the wall gives the shape away."""
    task = grid_task(
        Room3D(size),
        "room3d",
        target="shape",
        bias="wall_hue",
        own=WALL_OF_SHAPE,
        correlation=correlation,
        count=images,
        seed=seed,
    )
    return replace(task, keys={**task.keys, "size": size})


@kept_here(4)
def geometry(size: int) -> tuple[Tensor, Tensor]:
    """Return what all images are mixed from: weights (480, 4, size²), and the object's share (480, size, size)."""
    weights, coverage = cast_room(size)
    return weights.flatten(2), coverage


@kept_here(2)
def hues() -> Tensor:
    """Return the colours (10, 3) float32 of floor, walls and objects: fully saturated, evenly round the circle."""
    return torch.tensor([colorsys.hsv_to_rgb(k / HUES, 1, 1) for k in range(HUES)])


@kept_here(2)
def _colours_of_hues() -> Tensor:
    """The colours of all regions by the three hues together, (1000, 3 channels, 4 regions)."""
    own = hues()
    floor, wall, thing = (k.flatten() for k in torch.meshgrid(*[torch.arange(HUES)] * 3, indexing="ij"))
    return torch.stack([torch.tensor(SKY).expand(HUES**3, 3), own[floor], own[wall], own[thing]], dim=2)


@lru_cache(maxsize=4)
def _fingerprint(size: int) -> str:
    digest = hashlib.sha256(f"room3d {size} {dict(GRID.sizes)}".encode())
    with on_device(CPU):
        for part in (*geometry(size), _colours_of_hues()):
            digest.update(part.contiguous().numpy().tobytes())
    return digest.hexdigest()


def _projected(size: int, axes: Tensor) -> Tensor:
    """The inner products of floor with sky, wall, and object in each hue with the axes, (480 · 3 · 10, K)."""
    weights, colours = geometry(size)[0], torch.cat([hues(), torch.tensor([SKY])])
    by_channel = torch.einsum("mrp,kcp->rmck", weights, axes.reshape(len(axes), 3, -1))
    sky, *others = (torch.einsum("mck,hc->mhk", region, colours) for region in by_channel)
    others[0] = others[0] + sky[:, -1:]
    return torch.stack(others, dim=1)[:, :, :HUES].flatten(0, 2)
