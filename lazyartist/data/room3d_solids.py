"""The objects of `room3d`: where a ray meets a cube, a cylinder, a sphere or a capsule that stands on the floor."""

from __future__ import annotations

import math

from dataclasses import dataclass

import torch

from torch import Tensor


SHAPES = ("cube", "cylinder", "sphere", "capsule")
EDGE = 1.233  # of the cube; all lengths are those of an object of scale 1
RADIUS = {"cube": EDGE / 2, "cylinder": 0.595, "sphere": 0.70, "capsule": 0.51}  # of the cube, half its edge
TALL = {"cube": EDGE, "cylinder": 1.5, "sphere": 2 * 0.70, "capsule": 2.29}


@dataclass(frozen=True)
class Vectors:
    """Points or directions, the three coordinates apart: each (...,) float32, broadcast against each other; z is up."""

    x: Tensor
    y: Tensor
    z: Tensor

    def __add__(self, other: Vectors) -> Vectors:
        return Vectors(self.x + other.x, self.y + other.y, self.z + other.z)

    def __mul__(self, factor: Tensor | float) -> Vectors:
        return Vectors(self.x * factor, self.y * factor, self.z * factor)

    def dot(self, other: Vectors) -> Tensor:
        """Return the scalar products, (...,)."""
        return self.x * other.x + self.y * other.y + self.z * other.z

    def cut(self, rows: slice, columns: slice) -> Vectors:
        """Return a rectangle of vectors that lie in a grid (H, W)."""
        return Vectors(*(part[rows, columns] for part in (self.x, self.y, self.z)))


def meet(start: Vectors, along: Vectors, shape: str) -> tuple[Tensor, Vectors]:
    """Return where rays that come from outside first meet an object of scale 1 that stands on the floor at the origin.

    Args:
        start: where the rays start; above the floor or on it.
        along: where they go; of any length.
        shape: one of `SHAPES`.

    Returns:
        t (...,), so that `start + along * t` lies on the object, infinite where a ray misses it; and the normals there,
        of length 1 and pointing out, which say nothing where it is missed.
    """
    radius, tall = RADIUS[shape], TALL[shape]
    if shape == "cube":
        return _cube(start, along, radius, tall)
    if shape == "sphere":
        return _ball(start, along, radius, radius)
    side = _side(start, along, radius, *((0.0, tall) if shape == "cylinder" else (radius, tall - radius)))
    if shape == "cylinder":
        return _nearer(side, _lid(start, along, radius, tall))
    ends = _nearer(_ball(start, along, radius, radius), _ball(start, along, radius, tall - radius))
    return _nearer(side, ends)  # three convex parts: the first to be met is where the whole is met


def _cube(start: Vectors, along: Vectors, half: float, tall: float) -> tuple[Tensor, Vectors]:
    """Between three pairs of faces at once, if at all, a ray is after the last entry and before the first exit."""
    slabs = ((start.x, along.x, -half, half), (start.y, along.y, -half, half), (start.z, along.z, 0.0, tall))
    faces = [((low - s) / d, (high - s) / d) for s, d, low, high in slabs]
    entries, exits = ([pick(*pair) for pair in faces] for pick in (torch.minimum, torch.maximum))
    t = torch.maximum(torch.maximum(entries[0], entries[1]), entries[2])
    leave = torch.minimum(torch.minimum(exits[0], exits[1]), exits[2])
    normal = Vectors(*((entry == t) * -d.sign() for entry, d in zip(entries, (along.x, along.y, along.z), strict=True)))
    return _where(t, (t < leave) & (t > 0)), normal


def _side(start: Vectors, along: Vectors, radius: float, low: float, high: float) -> tuple[Tensor, Vectors]:
    """The side of an upright cylinder between two heights."""
    a = along.x**2 + along.y**2
    b = start.x * along.x + start.y * along.y
    inside = b * b - a * (start.x**2 + start.y**2 - radius**2)
    t = (-b - inside.clamp_min(0).sqrt()) / a
    point = start + along * t
    hit = (inside > 0) & (t > 0) & (point.z >= low) & (point.z <= high)
    return _where(t, hit), Vectors(point.x / radius, point.y / radius, torch.zeros_like(t))


def _lid(start: Vectors, along: Vectors, radius: float, height: float) -> tuple[Tensor, Vectors]:
    """The top of a cylinder; its bottom lies on the floor and is never seen."""
    t = (height - start.z) / along.z
    point = start + along * t
    hit = (t > 0) & (point.x**2 + point.y**2 <= radius**2) & (along.z < 0)
    return _where(t, hit), Vectors(torch.zeros_like(t), torch.zeros_like(t), torch.ones_like(t))


def _ball(start: Vectors, along: Vectors, radius: float, height: float) -> tuple[Tensor, Vectors]:
    """A sphere whose centre is at (0, 0, height)."""
    centred = Vectors(start.x, start.y, start.z - height)
    a, b = along.dot(along), centred.dot(along)
    inside = b * b - a * (centred.dot(centred) - radius**2)
    t = (-b - inside.clamp_min(0).sqrt()) / a
    return _where(t, (inside > 0) & (t > 0)), (centred + along * t) * (1 / radius)


def _where(t: Tensor, hit: Tensor) -> Tensor:
    return torch.where(hit, t, math.inf)


def _nearer(one: tuple[Tensor, Vectors], other: tuple[Tensor, Vectors]) -> tuple[Tensor, Vectors]:
    first = one[0] <= other[0]
    parts = ((getattr(one[1], c), getattr(other[1], c)) for c in "xyz")
    return torch.minimum(one[0], other[0]), Vectors(*(torch.where(first, a, b) for a, b in parts))
