"""The room of `room3d`, ray-cast: how much of each pixel is sky, floor, wall and object, and how bright each is.

Six factors make a picture, but three of them are hues: edges and shades follow from scale, shape and azimuth alone. So
a picture is a sum of four weight images times four colours, and 480 such quadruples make all 480,000 pictures.

A camera goes round an object that stands in the middle of a room without a ceiling. Lengths are in the room's own unit,
z is up, the floor is z = 0. The numbers below were fitted to public pictures of Shapes3D (Burgess and Kim 2018), whose
grid of factors this is; the edges of its walls fit to a third of a pixel at 64 pixels. Its faint pattern on the walls
is left out.
"""

from __future__ import annotations

import math

from collections.abc import Iterator

import torch

from torch import Tensor

from lazyartist.data.room3d_solids import RADIUS, SHAPES, TALL, Vectors, meet


REGIONS = ("sky", "floor", "wall", "object")
SCALES = tuple(0.75 + 0.5 * k / 7 for k in range(8))
AZIMUTHS = tuple(math.radians(-30 + 60 * k / 14) for k in range(15))

FOCAL = 63 / 64  # focal length per width of the image: a field of 54 degrees
DISTANCE, EYE, AIM = 4.013, 1.208, 1.285  # the camera from the axis; its height; the height that it looks at
SIDE, BACK, HEIGHT = 6.22, 5.95, 3.755  # side walls at x = +-SIDE, back wall at y = BACK, and how high they are
LIGHT = (-0.55, -0.75, 1.1)  # towards the light: from the left, the front and above
SPREAD = 0.1  # how far apart the five lights are that make the shadow soft
SHADOW = 0.35  # what the floor keeps of its brightness in full shadow
RAYS = 256  # per side of the image, at least


def cast_room(size: int, scales: range = range(8), azimuths: range = range(15)) -> tuple[Tensor, Tensor]:
    """Return the weight images of every scale, shape and azimuth, the last one fastest, and where the object is.

    A pixel's weights are those of many rays, averaged: edges are smooth, and exact in every colour.

    Args:
        size: height and width of the image in pixels.
        scales: which of `SCALES`.
        azimuths: which of `AZIMUTHS`.

    Returns:
        weights (scales × 4 shapes × azimuths, 4, size, size) float32 in [0, 1]: the regions are those of `REGIONS`, and
        each weight is the region's share of the pixel times its brightness, which for the sky is 1; and the object's
        share of each pixel without its brightness, (scales × 4 shapes × azimuths, size, size).
    """
    seen = torch.zeros(len(scales), len(SHAPES), len(azimuths), len(REGIONS) + 1, size, size)
    for k, azimuth in enumerate(azimuths):
        for (i, j), one in _from_one_side(size, AZIMUTHS[azimuth], [SCALES[scale] for scale in scales]):
            seen[i, j, k] = one
    seen = seen.flatten(0, 2)
    return seen[:, :-1].contiguous(), seen[:, -1].contiguous()


def _from_one_side(size: int, azimuth: float, scales: list[float]) -> Iterator[tuple[tuple[int, int], Tensor]]:
    """Yield number of scale and shape with (5, size, size), all seen from one azimuth."""
    per_pixel = -(-RAYS // size)
    eye, along = _camera(size * per_pixel, azimuth)
    room, ground = _empty_room(eye, along, azimuth)
    empty = torch.cat([_averaged(room, per_pixel), torch.zeros(2, size, size)])
    for i, scale in enumerate(scales):
        for j, shape in enumerate(SHAPES):
            seen = empty.clone()
            box = _box(size, azimuth, scale, shape)  # elsewhere the room looks empty
            rays = [slice(side.start * per_pixel, side.stop * per_pixel) for side in box]
            shade = _shade(eye, along.cut(*rays), scale, shape)
            hit = shade > 0
            behind = room[:, rays[0], rays[1]] * ~hit
            behind[1] *= _sunlit(ground.cut(*rays), behind[1] > 0, scale, shape)
            seen[:, box[0], box[1]] = _averaged(torch.cat([behind, shade[None], hit[None]]), per_pixel)
            yield (i, j), seen


def _camera(rays: int, azimuth: float) -> tuple[Vectors, Vectors]:
    """Return where the rays start, one point, and where they go, (rays, rays), rows from the top."""
    right, up, ahead, eye = _axes(azimuth)
    steps = ((torch.arange(rays, dtype=torch.float32) + 0.5) / rays - 0.5) / FOCAL
    along = [ahead[c] + steps[None, :] * right[c] - steps[:, None] * up[c] for c in range(3)]
    return _point(*eye), Vectors(*along)


def _axes(azimuth: float) -> tuple[tuple[float, float, float], ...]:
    """Return the camera's right, up and ahead, of length 1, and where it is."""
    sine, cosine = math.sin(azimuth), math.cos(azimuth)
    length = math.hypot(DISTANCE, AIM - EYE)
    level, rise = DISTANCE / length, (AIM - EYE) / length
    ahead = (-level * sine, level * cosine, rise)
    return (cosine, sine, 0.0), (rise * sine, -rise * cosine, level), ahead, (DISTANCE * sine, -DISTANCE * cosine, EYE)


def _empty_room(eye: Vectors, along: Vectors, azimuth: float) -> tuple[Tensor, Vectors]:
    """Return the weights (3, H, W) of sky, floor and wall, and where each ray meets the floor, walls or not."""
    to_the_right = along.x > 0
    to_side = (torch.where(to_the_right, SIDE, -SIDE) - eye.x) / along.x
    to_back = torch.where(along.y > 0, (BACK - eye.y) / along.y, math.inf)
    z = eye.z + torch.minimum(to_side, to_back) * along.z
    side_shade = 0.70 - 0.16 * math.sin(azimuth) * torch.where(to_the_right, 1.0, -1.0)
    wall = torch.where(to_side < to_back, side_shade, 1.0)
    sky, floor = (z > HEIGHT).float(), (z < 0).float()
    ground = eye + along * torch.where(along.z < 0, -eye.z / along.z, 0.0)
    return torch.stack([sky, floor, wall * (1 - sky - floor)]), ground


def _shade(eye: Vectors, along: Vectors, scale: float, shape: str) -> Tensor:
    """Return how bright the object is where a ray meets it, (H, W) in [.45, 1], and 0 where none does."""
    t, normal = meet(eye * (1 / scale), along, shape)  # twice as large is seen from half as far
    slant = normal.dot(_point(*LIGHT)) / math.sqrt(sum(c * c for c in LIGHT))
    return torch.where(t < math.inf, (0.45 + 0.6 * slant.clamp_min(0)).clamp_max(1), 0.0)


def _sunlit(ground: Vectors, floor: Tensor, scale: float, shape: str) -> Tensor:
    """Return how bright the floor is beside the object, (H, W) in [SHADOW, 1], at the places `floor`; 1 elsewhere."""
    start = Vectors(ground.x[floor], ground.y[floor], torch.tensor(0.0)) * (1 / scale)
    lights = torch.tensor(_lights())[:, :, None]
    t, _ = meet(start, Vectors(lights[:, 0], lights[:, 1], lights[:, 2]), shape)
    hidden = (t < math.inf).float().mean(0)
    return torch.ones(floor.shape).masked_scatter(floor, 1 - (1 - SHADOW) * hidden)


def _lights() -> list[tuple[float, float, float]]:
    x, y, z = LIGHT
    return [(x + i * SPREAD, y + j * SPREAD, z) for i, j in ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))]


def _box(size: int, azimuth: float, scale: float, shape: str) -> tuple[slice, slice]:
    """Return the rows and columns of pixels outside of which neither the object nor its shadow is seen."""
    radius, tall = scale * RADIUS[shape], scale * TALL[shape]
    footprint = [(i * radius, j * radius) for i in (-1, 1) for j in (-1, 1)]
    corners = [(x, y, z) for x, y in footprint for z in (0.0, tall)]
    corners += [(x - tall * dx / dz, y - tall * dy / dz, 0.0) for x, y in footprint for dx, dy, dz in _lights()]
    right, up, ahead, eye = _axes(azimuth)
    rows, columns = [], []
    for corner in corners:
        right_of, above, before = (
            sum((c - e) * a for c, e, a in zip(corner, eye, axis, strict=True)) for axis in (right, up, ahead)
        )
        columns.append((0.5 + FOCAL * right_of / before) * size)
        rows.append((0.5 - FOCAL * above / before) * size)
    top, bottom, left, right_end = min(rows), max(rows), min(columns), max(columns)
    return (
        slice(max(0, math.floor(top)), min(size, math.ceil(bottom))),
        slice(max(0, math.floor(left)), min(size, math.ceil(right_end))),
    )


def _averaged(fine: Tensor, per_pixel: int) -> Tensor:
    return torch.nn.functional.avg_pool2d(fine, per_pixel)


def _point(x: float, y: float, z: float) -> Vectors:
    return Vectors(torch.tensor(x), torch.tensor(y), torch.tensor(z))
