"""The room's geometry: closed forms against a march along the ray, and the parts that are not looked at again."""

import pytest
import torch

from lazyartist.data import room3d_geometry
from lazyartist.data.room3d_geometry import cast_room
from lazyartist.data.room3d_solids import RADIUS, SHAPES, TALL, Vectors, meet


def inside(shape, x, y, z):
    """How far inside the object a point is, negative outside; written down from what the solids are."""
    radius, tall = RADIUS[shape], TALL[shape]
    if shape == "cube":
        return torch.stack([radius - x.abs(), radius - y.abs(), z, tall - z]).amin(0)
    if shape == "cylinder":
        return torch.stack([radius - (x**2 + y**2).sqrt(), z, tall - z]).amin(0)
    nearest = z.clamp(radius, tall - radius)  # a capsule is what is near to a piece of its axis; a sphere, to a point
    return radius - (x**2 + y**2 + (z - nearest) ** 2).sqrt()


@pytest.fixture(scope="module")
def rays():
    """From all sides and above, most of them towards the object."""
    generator = torch.Generator().manual_seed(0)
    n = 1000
    start = torch.randn(n, 3, generator=generator, dtype=torch.float64)
    start = 4 * start / start.norm(dim=1, keepdim=True)
    start[:, 2] = start[:, 2].abs()
    aim = torch.rand(n, 3, generator=generator, dtype=torch.float64) * 3 - torch.tensor([1.5, 1.5, 0.5])
    return start, aim - start


@pytest.mark.parametrize("shape", SHAPES)
def test_a_ray_meets_the_object_where_a_march_along_it_does(shape, rays):
    start, along = rays
    t, normal = meet(Vectors(*start.unbind(1)), Vectors(*along.unbind(1)), shape)
    steps = torch.linspace(0, 3, 3001, dtype=torch.float64)
    path = start[:, :, None] + along[:, :, None] * steps  # (N, 3, steps)
    within = inside(shape, *path.unbind(1)) > 0
    hit = t < torch.inf
    grazing = inside(shape, *path.unbind(1)).amax(1).abs() < 1e-3  # too thin for the march's steps
    upwards = along[:, 2] > 0  # the underside lies on the floor
    sure = ~grazing & ~upwards & (start[:, 2] > TALL[shape])
    assert int(sure.sum()) > 150
    assert 0.2 < float(hit[sure].double().mean()) < 0.8
    assert torch.equal(within.any(1)[sure], hit[sure])
    both = hit & within.any(1) & sure
    first = steps[within[both].int().argmax(1)]
    assert (first - t[both]).abs().max() < 2e-3
    points = [(s + d * t)[both] for s, d in zip(start.unbind(1), along.unbind(1), strict=True)]
    assert inside(shape, *points).abs().max() < 1e-9
    n = torch.stack([normal.x, normal.y, normal.z])[:, both]
    assert torch.allclose(n.norm(dim=0), torch.ones(n.shape[1], dtype=torch.float64))
    out = [p + 1e-4 * c for p, c in zip(points, n, strict=True)]
    into = [p - 1e-4 * c for p, c in zip(points, n, strict=True)]
    assert (inside(shape, *out) < 0).all()
    assert (inside(shape, *into) > 0).double().mean() > 0.99  # but at a cube's edges


@pytest.fixture(scope="module")
def few():
    return cast_room(32, range(0, 8, 7), range(0, 15, 7))


def test_the_rest_of_the_picture_need_not_be_looked_at(few, monkeypatch):
    monkeypatch.setattr(room3d_geometry, "_box", lambda size, *_: (slice(0, size), slice(0, size)))
    for part, whole in zip(few, cast_room(32, range(0, 8, 7), range(0, 15, 7)), strict=True):
        assert torch.equal(part, whole)


def test_shares_of_a_pixel_add_up(few):
    weights, coverage = few
    assert weights.shape == (2 * 4 * 3, 4, 32, 32)
    assert coverage.shape == (2 * 4 * 3, 32, 32)
    sky, floor, wall, thing = weights.unbind(1)
    assert (sky + coverage <= 1 + 1e-6).all()
    bright = sky + floor + wall + thing
    assert (bright <= 1 + 1e-6).all()
    assert float(bright.min()) > 0.34  # what is in full shadow
    assert (thing <= coverage + 1e-6).all()
    assert (thing >= 0.45 * coverage - 1e-6).all()
    empty = (coverage == 0) & (sky == 0) & (floor == 0)
    assert (wall[empty] >= 0.61).all()


def test_from_the_front_the_empty_room_is_the_same_on_both_sides(few):
    floor, wall, thing = few[0].view(2, 4, 3, 4, 32, 32)[0, 0, 1, 1:].unbind(0)
    rows = thing.amax(1) == 0
    assert int(rows.sum()) > 10
    assert torch.equal(wall[rows], wall[rows].flip(1))
    assert set(wall[10:15].unique().tolist()) == {1.0}  # no side wall is in view
    assert set(floor[:15].unique().tolist()) == {0.0}


def test_from_the_sides_the_edges_of_the_room_are_mirrored(few):
    left, right = few[0].view(2, 4, 3, 4, 32, 32)[0, 2, ::2].unbind(0)
    assert torch.allclose(left[0], right[0].flip(1), atol=1e-6)  # sky
    assert ((left[2] > 0) == (right[2] > 0).flip(1))[:12].all()  # wall


def test_a_larger_object_covers_more_and_every_shape_has_its_height():
    _, coverage = cast_room(32, range(8), range(7, 8))
    area = coverage.view(8, 4, -1).sum(2)
    assert (area.diff(dim=0) > 0).all()
    middle = coverage.view(8, 4, 32, 32)[..., 16]
    first = (middle > 0.999).int().argmax(2)
    top = first - middle.gather(2, first[..., None] - 1)[..., 0]  # rows above the object
    by_height = sorted(range(4), key=lambda shape: -TALL[SHAPES[shape]])
    assert (top[:, by_height].diff(dim=1) > 0).all()


def test_shadows_fall_away_from_the_light():
    """The light comes from the left and the front: the floor is darker on the right of the object than on its left."""
    weights, coverage = cast_room(32, range(7, 8), range(7, 8))
    for floor, thing in zip(weights[:, 1], coverage, strict=True):
        beside = (thing == 0) & (floor > 0)
        columns = torch.arange(32).expand(32, 32)
        dark = beside & (floor < 0.9)
        dark[:21] = False  # where floor and wall share pixels
        assert int(dark.sum()) > 5
        assert (columns[dark] >= 16).double().mean() > 0.9
