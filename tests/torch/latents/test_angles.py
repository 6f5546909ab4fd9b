import math

import pytest
import torch

from lazyartist.latents.angles import middle, offsets, wrapped


def drawn(*shape, seed=0):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_wrapped_angles_are_the_same_directions():
    angle = 20 * drawn(100) - 10
    again = wrapped(angle)
    assert float(again.abs().max()) <= math.pi
    assert torch.allclose(again.cos(), angle.cos())
    assert torch.allclose(again.sin(), angle.sin())


def test_the_middle_of_angles_does_not_know_where_the_seam_is():
    """A fifth of the batch is anywhere; turning all angles turns the middle, also across the seam."""
    angle = torch.cat([0.2 * drawn(80) - 0.1, 6 * drawn(20, seed=1) - 3])[:, None]
    here = middle(angle, 1)
    assert abs(float(here)) < 0.1
    for turn in (1.0, 3.1, -3.1, 6.0):
        assert torch.allclose(middle(wrapped(angle + turn), 1), wrapped(here + turn))


def test_the_middle_is_one_of_the_angles_and_nearly_as_near_to_half_of_them_as_any():
    for seed in range(5):
        angle = wrapped(0.5 * torch.randn(101, 1, generator=torch.Generator().manual_seed(seed)) + 3)
        found = middle(angle, 1)
        assert bool((angle == found).any())
        median_distance = wrapped(angle - angle.T).abs().median(1).values
        own = median_distance[(angle == found)[:, 0]]
        assert float(own) < 1.1 * float(median_distance.min())


def test_the_middle_on_a_line_is_the_median_and_batches_are_apart():
    codes = drawn(3, 21, 4)
    found = middle(codes, 1)
    assert torch.equal(found[:, 1:], codes[..., 1:].median(1).values)
    assert torch.equal(found[1], middle(codes[1], 1))


def test_offsets_go_the_shorter_way():
    found = offsets(torch.tensor([[3.0, 3.0]]), torch.tensor([-3.0, -3.0]), 1)
    assert found[0].tolist() == pytest.approx([6 - 2 * math.pi, 6])
