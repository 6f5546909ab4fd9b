"""A grid of factors: an index is a vector of factors, and back."""

from math import prod

import pytest
import torch

from hypothesis import given
from hypothesis import strategies as st

from lazyartist.data.families import images_of
from lazyartist.data.grid import FactorImages, Grid, WithProjection
from lazyartist.data.images import Paintable, UnsupportedError, WithForeground
from lazyartist.data.room3d import GRID as ROOMS
from lazyartist.data.room3d import Room3D
from lazyartist.data.sprites2d import GRID as SPRITES
from lazyartist.data.sprites2d import Sprites2D


SMALL = Grid({"a": 2, "b": 3, "c": 4})

grids = st.lists(st.integers(1, 6), min_size=1, max_size=5).map(
    lambda sizes: Grid({f"factor {i}": size for i, size in enumerate(sizes)})
)


def test_the_original_grids_have_their_order_and_their_number_of_images():
    assert list(ROOMS.sizes.items()) == [
        *(("floor_hue", 10), ("wall_hue", 10), ("object_hue", 10)),
        *(("scale", 8), ("shape", 4), ("azimuth", 15)),
    ]
    assert list(SPRITES.sizes.items()) == [("shape", 3), ("scale", 6), ("orientation", 40), ("x", 32), ("y", 32)]
    assert (len(ROOMS), len(SPRITES)) == (480_000, 737_280)


def test_the_last_factor_changes_fastest():
    assert SMALL.factors_of(torch.tensor([0, 1, 4, 12, 23])).tolist() == [
        *([0, 0, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0], [1, 2, 3])
    ]
    assert SMALL.strides == {"a": 12, "b": 4, "c": 1}


@given(grids)
def test_every_index_is_a_vector_of_factors_and_back(grid):
    index = torch.arange(len(grid))
    factors = grid.factors_of(index)
    assert torch.equal(grid.index_of(factors), index)
    assert len(factors.unique(dim=0)) == len(grid) == prod(grid.sizes.values())
    for name, values in zip(grid.sizes, factors.unbind(1), strict=True):
        assert torch.equal(grid.factors[name], values)
        assert torch.equal(values.bincount(), torch.full((grid.sizes[name],), len(grid) // grid.sizes[name]))


@given(grids, st.data())
def test_changing_factors_changes_these_and_no_other(grid, data):
    index = torch.arange(len(grid))
    names = data.draw(st.sets(st.sampled_from(list(grid.sizes)), min_size=1))
    values = {name: torch.full_like(index, data.draw(st.integers(0, grid.sizes[name] - 1))) for name in names}
    changed = grid.changed(index, values)
    for name in grid.sizes:
        expected = values[name] if name in names else grid.factor_of(name, index)
        assert torch.equal(grid.factor_of(name, changed), expected)


def test_what_is_outside_of_the_grid_is_named():
    with pytest.raises(IndexError, match="index runs from 0 to 24: expected whole numbers from 0 to 23"):
        SMALL.factors_of(torch.tensor([0, 24]))
    with pytest.raises(IndexError, match="b runs from -1 to -1: expected whole numbers from 0 to 2"):
        SMALL.index_of(torch.tensor([[0, -1, 0]]))
    with pytest.raises(IndexError, match="c runs from 4 to 4"):
        SMALL.changed(torch.tensor([0]), {"c": torch.tensor([4])})
    with pytest.raises(KeyError, match="no factor 'hue': there are a, b, c"):
        SMALL.changed(torch.tensor([0]), {"hue": torch.tensor([0])})
    assert SMALL.index_of(torch.empty(0, 3, dtype=torch.int64)).tolist() == []


@pytest.mark.parametrize("images", [Room3D(16), Sprites2D(32)])
class TestFamilies:
    def test_they_offer_all_that_images_can(self, images):
        for protocol in (FactorImages, Paintable, WithForeground, WithProjection):
            assert isinstance(images, protocol)
        assert len(images) == len(images.grid) == len(images.factors[next(iter(images.sizes))])
        assert dict(images.sizes) == dict(images.grid.sizes)
        assert list(images.factors) == list(images.sizes)
        assert images == type(images)(images.size)
        assert images.fingerprint == type(images)(images.size).fingerprint

    def test_images_are_pictures_and_come_out_the_same_in_whatever_batch(self, images):
        index = torch.randint(len(images), (50,), generator=torch.Generator().manual_seed(0))
        pictures = images.render(index)
        assert pictures.shape == (50, 3, images.size, images.size)
        assert pictures.dtype == torch.float32
        assert 0 <= float(pictures.min()) < float(pictures.max()) <= 1
        assert torch.allclose(torch.cat([images.render(one) for one in index.split(7)]), pictures, atol=1e-6)
        assert images.render(index[:0]).shape == (0, 3, images.size, images.size)

    def test_to_paint_is_to_render_the_image_with_that_factor(self, images):
        generator = torch.Generator().manual_seed(1)
        index = torch.randint(len(images), (20,), generator=generator)
        factors = images.grid.factors_of(index)
        for column, (name, size) in enumerate(images.sizes.items()):
            values = torch.randint(size, (20,), generator=generator)
            other = factors.clone()
            other[:, column] = values
            assert torch.equal(images.paint(index, {name: values}), images.render(images.grid.index_of(other)))

    def test_projections_are_those_of_the_images(self, images):
        generator = torch.Generator().manual_seed(2)
        axes = torch.randn(5, 3 * images.size**2, generator=generator) / images.size
        index = torch.randint(len(images), (300,), generator=generator)
        assert torch.allclose(images.project(axes)(index), images.render(index).flatten(1) @ axes.T, atol=1e-4)
        with pytest.raises(ValueError, match=rf"axes: expected \(K, {3 * images.size**2}\), a row per axis"):
            images.project(axes[:, :-1])
        with pytest.raises(ValueError, match="axes: expected"):
            images.project(axes[0])

    def test_no_image_is_outside(self, images, processor):
        processor("an accelerator that refuses an index does nothing more in its process")
        for index in (-1, len(images)):
            with pytest.raises(IndexError):
                images.render(torch.tensor([index]))


def test_families_go_by_the_names_of_datasets():
    assert images_of("room3d:size=16") == Room3D(16)
    assert images_of("sprites2d:size=64:correlation=0.5") == Sprites2D(64)
    with pytest.raises(UnsupportedError, match="room3d and sprites2d are such images"):
        images_of("digits")
    with pytest.raises(KeyError, match="Did you mean room3d"):
        images_of("room3")
