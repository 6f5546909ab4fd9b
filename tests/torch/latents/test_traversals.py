import math

import pytest
import torch

from lazyartist.latents.traversals import as_ways, path, traverse


def test_an_angle_goes_once_round_and_a_line_from_end_to_end(lamps):
    moved = traverse(lamps.model, torch.tensor([0.3, 0.5, 0.0]), steps=8)
    assert moved.latents == (0, 1)
    assert moved.skipped == (2,)
    torch.testing.assert_close(moved.values[0], torch.arange(8) * math.pi / 4 - math.pi)
    torch.testing.assert_close(moved.values[1], torch.linspace(-2, 2, 8))
    left = moved.images[0, :, 0, :, 0]
    torch.testing.assert_close(left, 0.5 + 0.4 * torch.stack([moved.values[0].cos(), moved.values[0].sin()], 1))


def test_nothing_but_the_moved_latent_changes(lamps):
    z = torch.tensor([0.3, 0.5, 0.0])
    moved = traverse(lamps.model, z, steps=5)
    torch.testing.assert_close(moved.start, lamps.model.decode(z[None])[0])
    assert torch.equal(moved.own, z[:2])
    assert torch.equal(moved.images[0, :, :, :, 1], moved.start[:, :, 1].expand(5, -1, -1))  # the level's column
    assert torch.equal(moved.images[1, :, :, :, 0], moved.start[:, :, 0].expand(5, -1, -1))  # the hue's column


def test_where_means_are_known_a_line_covers_the_middle_of_them(lamps):
    means = torch.zeros(1001, 3)
    means[:, 1] = torch.linspace(10, 20, 1001)
    values = traverse(lamps.model, means[0], steps=3, means=means).values[1]
    torch.testing.assert_close(values, torch.tensor([10.25, 15.0, 19.75]))


def test_in_motion_a_line_comes_back_and_a_circle_goes_on(lamps):
    line = path(lamps.model, 1, 24, loop=True)
    assert float(line[0]) == pytest.approx(-2)
    assert float(line[12]) == pytest.approx(2)
    torch.testing.assert_close(line[1:], line[1:].flip(0), atol=1e-5, rtol=0)
    circle = path(lamps.model, 0, 24, loop=True)
    steps = torch.cat([circle, circle[:1] + 2 * math.pi]).diff()
    torch.testing.assert_close(steps, torch.full((24,), math.pi / 12), atol=1e-5, rtol=0)


def test_a_page_shows_where_each_latent_is(lamps):
    moved = traverse(lamps.model, torch.zeros(3), steps=4)
    circle, line = as_ways(moved)
    assert (circle.title, list(circle.labels)) == ("latent 0, an angle", ["-180°", "-90°", "0°", "90°"])
    assert (line.title, list(line.labels)) == ("latent 1, a line", ["-2.0", "-0.7", "0.7", "2.0"])
    assert circle.images.shape == (4, 2, 2, 1)
    assert torch.equal(torch.from_numpy(circle.images)[..., 0], moved.images[0, :, 0].cpu())


def test_what_cannot_be_traversed_is_refused(lamps):
    with pytest.raises(ValueError, match=r"none of the 3 latents holds anything.*train longer"):
        traverse(lamps.dead, torch.zeros(3))
    with pytest.raises(ValueError, match=r"latents of one image, \(3,\), got \(2, 3\)"):
        traverse(lamps.model, torch.zeros(2, 3))
    with pytest.raises(ValueError, match=r"expected \(N, 3\).*got \(1, 2\)"):
        traverse(lamps.model, torch.zeros(2))
    with pytest.raises(ValueError, match="NaN"):
        traverse(lamps.model, torch.full((3,), math.nan))
    with pytest.raises(ValueError, match="steps=1"):
        traverse(lamps.model, torch.zeros(3), steps=1)
