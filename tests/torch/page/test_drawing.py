"""Ink becomes an image as the dataset has them."""

import pytest
import torch

from hypothesis import given
from hypothesis import strategies as st

from lazyartist.data.digits import grey_digits
from lazyartist.page.drawing import BOX, SCAN, SIDE, enlarged, normalised, painted


def centre(image):
    weight = image.double() / image.sum()
    return float((weight.sum(1) * torch.arange(SIDE)).sum()), float((weight.sum(0) * torch.arange(SIDE)).sum())


@given(st.integers(0, 90), st.integers(0, 90), st.integers(8, 50), st.integers(8, 50))
def test_a_stroke_fills_the_box_and_has_its_mass_in_the_middle(top, left, height, width):
    pad = torch.zeros(140, 140, dtype=torch.uint8)
    pad[top : top + height, left : left + width] = 200
    image = normalised(pad)
    rows, columns = (image > 64).any(1).sum(), (image > 64).any(0).sum()
    assert max(int(rows), int(columns)) == BOX
    assert int(image.max()) == 255
    assert centre(image) == pytest.approx((13.5, 13.5), abs=0.6)


def test_where_and_how_large_it_was_drawn_makes_no_difference():
    shapes = []
    for scale, corner in ((2, 3), (2, 40), (4, 10)):
        pad = torch.zeros(140, 140, dtype=torch.uint8)
        stroke = torch.zeros(20, 20, dtype=torch.uint8)
        stroke[2:5, 2:18] = stroke[2:18, 8:11] = 255
        large = stroke.repeat_interleave(scale, 0).repeat_interleave(scale, 1)
        pad[corner : corner + len(large), corner : corner + len(large)] = large
        shapes.append(normalised(pad).int())
    assert (shapes[0] - shapes[1]).abs().max() == 0
    assert (shapes[0] - shapes[2]).abs().float().mean() < 6


def test_a_scan_is_enlarged_as_the_embedded_digits_are():
    images = pytest.importorskip("sklearn.datasets").load_digits().images
    for scan, large in zip(images[:50], grey_digits().train_images, strict=False):
        found = enlarged(torch.from_numpy(scan).float() * (255 / 16))
        assert (found - torch.from_numpy(large)).abs().max() < 0.51  # theirs is rounded


@given(st.integers(0, 90), st.integers(0, 90), st.integers(20, 50), st.integers(1, 4))
def test_among_the_embedded_digits_a_drawing_fills_the_scan(top, left, height, slimmer):
    pad = torch.zeros(140, 140, dtype=torch.uint8)
    pad[top : top + height, left : left + height // slimmer] = 200
    image = normalised(pad, "digits")
    assert int(image[0].max()) == int(image[-1].max()) == 255
    columns = (image == 255).any(0).nonzero()[:, 0]
    middle, width = float(columns.float().mean()), max(1, round(SCAN * (height // slimmer) / height))
    assert middle == pytest.approx(((SCAN - width) // 2 + width / 2) * SIDE / SCAN - 0.5, abs=1)


def test_an_image_of_the_dataset_is_taken_as_it_is_and_nothing_stays_nothing(task):
    shape = task.test.foreground(slice(0, 1))[0]
    assert torch.equal(normalised(shape), shape)
    assert not normalised(torch.zeros(140, 140, dtype=torch.uint8)).any()


def test_it_is_painted_as_the_dataset_paints(task):
    palette = task.train.images.palette
    shape, colour = task.test.foreground(slice(3, 4))[0], int(task.test.attribute[3])
    expected = task.test.render(slice(3, 4))
    assert torch.equal(painted(shape, [palette.colours[colour]]), expected)
    assert torch.equal(painted(shape, palette.colours)[colour], expected[0])
    behind = painted(shape, palette.colours, "background")
    assert behind.shape == (10, 3, SIDE, SIDE)
    assert float(behind[:, :, shape == 255].min()) == 1  # a white stroke
    assert torch.allclose(painted(shape, [(1.0, 1.0, 1.0)] * 2)[0], (shape.float() / 255).expand(3, SIDE, SIDE))


def test_black_hides_the_stroke():
    with pytest.raises(ValueError, match="none may be black"):
        painted(torch.zeros(28, 28, dtype=torch.uint8), [(0.0, 0.0, 0.0)])
