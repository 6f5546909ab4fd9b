"""The sprites: inside tests at the centres of pixels, and what no picture tells."""

import math

import pytest
import torch

from matplotlib.path import Path as Outline

from lazyartist.data.make import make_task
from lazyartist.data.sprites2d import GRID, SCALE_OF_SHAPE, Sprites2D
from lazyartist.data.sprites2d_geometry import SCALES, SHAPES, outline


SPRITES = Sprites2D(64)


def inside(shape, scale, orientation, x, y):
    """Which pixel centres are inside a sprite, each asked by itself: (64, 64) bool."""
    centre = torch.tensor([16 + 32 * x / 31, 16 + 32 * y / 31], dtype=torch.float64)
    centres = torch.arange(64, dtype=torch.float64) + 0.5
    place = torch.stack(torch.meshgrid(centres, centres, indexing="xy"), dim=2) - centre
    turn = 2 * math.pi * orientation / 39
    back = torch.tensor([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]], dtype=torch.float64)
    u, v = (place @ back / SCALES[scale]).unbind(2)
    if SHAPES[shape] == "square":
        return (u.abs() < 9.6) & (v.abs() < 9.6)
    if SHAPES[shape] == "ellipse":
        return (u / 12.8) ** 2 + (v / 7.2) ** 2 < 1
    heart = Outline(outline("heart").cpu().numpy()).contains_points(
        torch.stack([u, v], dim=2).flatten(0, 1).cpu().numpy()
    )
    return torch.as_tensor(heart).view(64, 64)


@pytest.fixture(scope="module")
def index():
    return torch.randint(len(SPRITES), (200,), generator=torch.Generator().manual_seed(0))


def test_a_pixel_is_white_where_its_centre_is_inside(index):
    for picture, factors in zip(SPRITES.render(index), GRID.factors_of(index).tolist(), strict=True):
        assert torch.equal(picture[0] > 0.5, inside(*factors))


def test_64_pixels_are_black_or_white_and_32_are_their_averages(index):
    large, small = SPRITES.render(index), Sprites2D(32).render(index)
    assert set(large.unique().tolist()) == {0.0, 1.0}
    assert torch.equal(small, torch.nn.functional.avg_pool2d(large, 2))
    assert torch.equal(small[:, :1].expand_as(small), small)


def test_no_sprite_leaves_the_picture():
    corners = torch.tensor([0, 31])
    shape, scale, turn, x, y = torch.meshgrid(
        *(torch.arange(3), torch.arange(6), torch.arange(40), corners, corners), indexing="ij"
    )
    pictures = SPRITES.foreground(GRID.index_of(torch.stack([shape, scale, turn, x, y], dim=-1).flatten(0, -2)))
    rim = torch.ones(64, 64, dtype=torch.bool)
    rim[1:-1, 1:-1] = False
    assert pictures[:, rim].max() == 0
    assert (pictures.flatten(1) > 0).sum(1).min() > 50  # and the smallest one is seen


def test_x_moves_a_sprite_to_the_right_and_y_down(index):
    factors = GRID.factors_of(index)
    factors[:, 3:] = 0
    start = centre_of_mass(GRID.index_of(factors))
    for column, moved in ((3, 0), (4, 1)):
        factors[:, 3:] = 0
        factors[:, column] = 31
        way = centre_of_mass(GRID.index_of(factors)) - start
        assert torch.allclose(way[:, moved], torch.full((200,), 32.0), atol=1e-4)
        assert torch.allclose(way[:, 1 - moved], torch.zeros(200), atol=1e-4)


def centre_of_mass(index):
    white = SPRITES.foreground(index).float()
    white = white / white.sum((1, 2), keepdim=True)
    steps = torch.arange(64.0)
    return torch.stack([(white.sum(1) * steps).sum(1), (white.sum(2) * steps).sum(1)], dim=1)


def test_a_larger_scale_is_a_larger_sprite(index):
    factors = GRID.factors_of(index)
    areas = []
    for scale in range(6):
        factors[:, 1] = scale
        areas.append((SPRITES.foreground(GRID.index_of(factors)) > 0).sum((1, 2)))
    assert (torch.stack(areas).diff(dim=0) > 0).all()


def test_the_last_orientation_is_the_first_one_again():
    """A defect of the original grid, kept: 18,432 of its images are there twice."""
    twice = torch.arange(len(GRID)).view(3, 6, 40, 32, 32)[:, :, [0, 39]]
    assert twice[:, :, 0].numel() == 18_432
    first, last = (SPRITES.foreground(twice[:, :, end].flatten()[::7]) for end in (0, 1))
    assert torch.equal(first, last)
    hearts = torch.arange(len(GRID)).view(3, 6, 40, 32, 32)[2, 5, :39, 7, 20]
    assert len(SPRITES.foreground(hearts).unique(dim=0)) == 39  # no other two are the same


def test_foreground_is_the_sprite(index):
    for size in (32, 64):
        images = Sprites2D(size)
        assert torch.allclose(images.foreground(index).float() / 255, images.render(index)[:, 0], atol=0.5 / 255 + 1e-6)


@pytest.mark.parametrize("size", [16, 65, "64", None])
def test_sizes_that_cannot_be_are_refused(size):
    with pytest.raises(ValueError, match="expected height and width in pixels, 32 or 64"):
        Sprites2D(size)


def test_the_size_tells_the_shape():
    task = make_task("sprites2d:size=64")
    assert (task.train.target, task.train.bias) == ("shape", ("scale",))
    assert task.own_attribute.tolist() == list(SCALE_OF_SHAPE)
    area = (task.easy.foreground() > 0).sum((1, 2)).float()
    means = [float(area[task.easy.labels == label].mean()) for label in range(3)]
    assert means[0] * 1.3 < means[1]
    assert means[1] * 1.3 < means[2]
