"""Hue, rotation, position and size: what changes and what stays."""

import colorsys
import math

import pytest
import torch

from torch.nn.functional import affine_grid, grid_sample, pad

from lazyartist.strategies.augmentations import DARKEST, jitter, repaint, shift_by_pixels, turn_hues


def test_turned_hues_are_those_of_the_standard_library(generator):
    pixels = torch.rand(50, 3, 1, 1, generator=generator(1))
    angles = torch.rand(50, 1, 1, generator=generator(2)).flatten()
    turned = turn_hues(pixels, generator(2)).flatten(1)
    for pixel, angle, result in zip(pixels.flatten(1).tolist(), angles.tolist(), turned.tolist(), strict=True):
        h, s, v = colorsys.rgb_to_hsv(*pixel)
        assert result == pytest.approx(colorsys.hsv_to_rgb((h + angle) % 1, s, v), abs=1e-5)


def test_grey_stays_grey_and_black_stays_black():
    grey = torch.full((2, 3, 4, 4), 0.5)
    grey[0] = 0
    assert torch.allclose(turn_hues(grey, torch.Generator()), grey)


def test_neither_hue_nor_saturation_nor_light_says_what_the_paint_was(generator):
    colours = torch.rand(4000, 3, 1, 1, generator=generator(3)).clamp_min(0.05)
    strokes = colours * torch.linspace(0, 1, 5).view(1, 1, 1, 5)
    painted = repaint(strokes, generator(4))
    assert painted.shape == strokes.shape
    assert 0 <= float(painted.min()) <= float(painted.max()) <= 1 + 1e-6
    light = painted.amax((1, 2, 3))
    assert float(light.min()) >= 0.5 * DARKEST  # a tint that lacks the stroke's colour darkens it once more
    before = [colorsys.rgb_to_hsv(*colour) for colour in colours.flatten(1).tolist()]
    after = [colorsys.rgb_to_hsv(*colour) for colour in painted[..., -1].flatten(1).tolist()]
    hue, saturation, value = (torch.tensor(column) for column in zip(*before, strict=True))
    turned, mixed, darkened = (torch.tensor(column) for column in zip(*after, strict=True))
    seen = torch.stack([hue, saturation, value, turned, mixed, darkened]).corrcoef()[:3, 3:]
    assert float(seen[0].abs().max()) < 0.05
    assert abs(float(seen[2, 2])) < 0.05
    assert float(seen[1, 1]) < 0.6  # part of the saturation stays: the image keeps some of its own paint


def test_what_is_painted_stays_and_what_is_black_stays_black(generator):
    x = torch.zeros(16, 3, 6, 6)
    x[:, :, 1:4, 2:5] = torch.rand(16, 3, 1, 1, generator=generator(1)).clamp_min(0.1)
    painted = repaint(x, generator(2))
    assert torch.equal(painted.amax(1) > 0, x.amax(1) > 0)
    assert torch.equal(repaint(torch.zeros(2, 3, 4, 4), generator()), torch.zeros(2, 3, 4, 4))


def test_jitter_moves_shape_and_keeps_colour(generator):
    x = torch.zeros(8, 3, 28, 28)
    x[:, :, 8:20, 10:18] = torch.tensor([1.0, 0.5, 0.25]).view(3, 1, 1)
    moved = jitter(x, generator())
    assert not torch.allclose(moved, x)
    assert moved.sum((1, 2, 3)) == pytest.approx(x.sum((1, 2, 3)), rel=0.3)
    assert torch.allclose(moved[:, 1], moved[:, 0] / 2, atol=1e-6)
    assert torch.allclose(jitter(x, generator(), degrees=0, shift=0, scale=0), x, atol=1e-5)


def test_of_square_images_jitter_is_a_rotation_of_the_coordinates(generator):
    x = torch.rand(8, 3, 28, 28, generator=generator(1))
    u = 2 * torch.rand(4, 8, generator=generator()) - 1
    angle, size = u[0] * math.radians(10), 1 + 0.1 * u[1]
    cos, sin = angle.cos() / size, angle.sin() / size
    theta = torch.stack([cos, -sin, 4 / 28 * u[2], sin, cos, 4 / 28 * u[3]], dim=1).view(-1, 2, 3)
    expected = grid_sample(x, affine_grid(theta, list(x.shape), align_corners=False), align_corners=False)
    assert torch.equal(jitter(x, generator()), expected)


@pytest.mark.parametrize(("height", "width"), [(28, 28), (28, 112), (112, 28), (48, 64)])
@pytest.mark.parametrize("degrees", [10, 3])
def test_lines_in_both_directions_lean_by_the_angle_whatever_the_proportions(generator, height, width, degrees):
    images = torch.zeros(2, 100, 3, height, width)
    images[0, ..., width // 2 - 1 : width // 2 + 1] = 1  # vertical
    images[1, :, :, height // 2 - 1 : height // 2 + 1] = 1  # horizontal
    leans = []
    for x, upright in zip(images, (True, False), strict=True):
        turned = jitter(x, generator(), degrees=degrees, shift=0, scale=0)[:, 0]
        along = turned if upright else turned.transpose(1, 2)  # (N, along the line, across it)
        place = (along * torch.arange(along.shape[2])).sum(2) / along.sum(2)
        middle = along.shape[1] // 2
        lean = (place[:, middle + 6] - place[:, middle - 6]) / 12
        leans.append(torch.rad2deg(lean.atan()))
    assert torch.stack(leans).abs().max() <= degrees + 0.5  # the line is blurred by half a pixel
    assert torch.allclose(leans[0], -leans[1], atol=0.7)  # both by the same angle
    assert leans[0].abs().max() > 0.8 * degrees


def test_an_image_moves_by_whole_pixels(generator):
    x = torch.rand(64, 3, 6, 5, generator=generator(0))
    moved = shift_by_pixels(x, generator(1))
    wide = pad(x, (1, 1, 1, 1))
    windows = torch.stack([wide[:, :, i : i + 6, j : j + 5] for i in range(3) for j in range(3)])
    found = (windows == moved).flatten(2).all(2)  # (9, images)
    assert bool((found.sum(0) == 1).all())
    assert bool(found.any(1).all())  # all nine moves are drawn
    assert torch.equal(shift_by_pixels(x, generator(1), most=0), x)
