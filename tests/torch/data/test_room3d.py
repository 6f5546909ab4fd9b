"""The rooms: every factor changes what it should, and the biased dataset lies as it says."""

import colorsys

import pytest
import torch

from lazyartist.data.make import make_task
from lazyartist.data.room3d import GRID, HUES, MAPS, SKY, WALL_OF_SHAPE, Room3D, geometry
from lazyartist.inference import predict
from lazyartist.strategies.erm import Erm
from lazyartist.training.budget import Budget
from lazyartist.training.fit import fit


ROOMS = Room3D()


@pytest.fixture(scope="module")
def index():
    return torch.randint(len(ROOMS), (200,), generator=torch.Generator().manual_seed(0))


def next_value(index, name):
    return {name: (GRID.factor_of(name, index) + 1) % GRID.sizes[name]}


def test_a_picture_is_a_sum_of_regions_in_their_colours(index):
    factors = GRID.factors_of(index)
    for picture, (floor, wall, thing, *_), at in zip(
        ROOMS.render(index), factors.tolist(), index.tolist(), strict=True
    ):
        colours = [SKY, *(colorsys.hsv_to_rgb(hue / HUES, 1, 1) for hue in (floor, wall, thing))]
        weights = geometry(32)[0][at % MAPS].double()
        expected = torch.tensor(colours, dtype=torch.float64).T @ weights
        assert torch.allclose(picture.flatten(1).double(), expected, atol=1e-6)


def test_a_hue_changes_the_pixels_of_its_region_and_no_others(index):
    weights = geometry(32)[0][index % MAPS].unflatten(2, (32, 32))
    before = ROOMS.render(index)
    for region, name in enumerate(("floor_hue", "wall_hue", "object_hue"), start=1):
        changed = (ROOMS.paint(index, next_value(index, name)) != before).any(1)
        assert not (changed & (weights[:, region] == 0)).any()
        assert changed[weights[:, region] > 0.01].all()


def test_shape_and_scale_change_the_object_and_its_shadow_only(index):
    before, seen = ROOMS.render(index), ROOMS.foreground(index)
    floor = geometry(32)[0][index % MAPS, 1].unflatten(1, (32, 32))
    for name in ("scale", "shape"):
        other = GRID.changed(index, next_value(index, name))
        changed = (ROOMS.render(other) != before).any(1)
        assert not (changed & (seen == 0) & (ROOMS.foreground(other) == 0) & (floor == 0)).any()
        assert changed.any((1, 2)).all()


def test_no_two_maps_are_the_same_picture():
    weights = geometry(32)[0].flatten(1)
    nearest = torch.cdist(weights, weights).fill_diagonal_(torch.inf).amin()
    assert nearest > 0.1


def test_foreground_says_where_the_object_is(index):
    seen = ROOMS.foreground(index)
    assert seen.dtype == torch.uint8
    share = (seen.float() / 255).mean((1, 2))
    assert ((share > 0.02) & (share < 0.3)).all()
    hue = GRID.factor_of("object_hue", index)
    black = ROOMS.render(index) * (seen == 255)[:, None]
    red = (hue == 0) & (seen == 255).any((1, 2))
    assert red.any()
    assert black[red][:, 0].amax() > 0.4  # a red object is nothing but red
    assert black[red][:, 1:].amax() == 0


@pytest.mark.parametrize("size", [7, 257, 32.0, "32", None])
def test_sizes_that_cannot_be_are_refused(size):
    with pytest.raises(ValueError, match=r"size=.*: expected height and width in pixels, from 8 to 256"):
        Room3D(size)


def test_sizes_have_fingerprints_of_their_own():
    assert Room3D(16).fingerprint != ROOMS.fingerprint == Room3D(32).fingerprint


@pytest.fixture(scope="module")
def task():
    return make_task("room3d")


def test_the_wall_tells_the_shape(task):
    assert (task.train.target, task.train.bias) == ("shape", ("wall_hue",))
    assert task.own_attribute.tolist() == list(WALL_OF_SHAPE)
    assert dict(task.keys) == {"bias": "wall_hue", "correlation": 0.95, "images": 12_000, "size": 32}
    red_walls = task.easy.subset((task.easy.labels == 0) & (task.easy.attribute == 0)).render(slice(None))
    assert red_walls[:, 0, 11, 16].min() > 0.4  # above the cube there is a wall, and it is red
    assert red_walls[:, 1:, 11, 16].max() == 0


def test_a_network_in_a_hurry_reads_the_wall():
    task = make_task("room3d:size=16:images=4000")
    model = fit(Erm(), task, "simple_cnn:width=8", budget=Budget(1, 64, 5e-3, "constant")).model

    def accuracy(split):
        return float((predict(model, split) == split.labels).float().mean())

    assert accuracy(task.easy) > 0.93
    assert accuracy(task.hard["rotated"]) < 0.05
