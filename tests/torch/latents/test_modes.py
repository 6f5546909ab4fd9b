"""Where a batch's latents have two modes."""

import math

import pytest
import torch

from lazyartist.latents.angles import wrapped
from lazyartist.latents.modes import from_nearest_mode, second_modes


def drawn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def anywhere(*shape, seed=0):
    turn = torch.rand(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return math.pi * (2 * turn - 1)


def modes_of(x, circles=1):
    return second_modes(x, torch.full_like(x[..., 0, :], 1e-4), circles)


@pytest.mark.parametrize("circles", [0, 1])
@pytest.mark.parametrize("place", [-2.0, -0.7, 1.5, 3.1])
def test_a_group_elsewhere_is_a_second_mode(place, circles):
    x = 0.05 * drawn(300, 1)
    x[:60] += place
    x = wrapped(x) if circles else x
    second = modes_of(x, circles)
    assert second.shape == (1, 1)
    assert float(wrapped(second - place).abs() if circles else (second - place).abs()) < 0.1
    assert from_nearest_mode(x, second, circles).abs().max() < 0.3


def test_a_group_may_lie_across_the_seam():
    x = 0.05 * drawn(300, 1)
    x[:60] = wrapped(x[:60] + math.pi)
    assert from_nearest_mode(x, modes_of(x), 1).abs().max() < 0.3


@pytest.mark.parametrize(
    "x",
    [
        0.05 * drawn(300, 1),
        drawn(300, 1),
        anywhere(300, 1),
        torch.zeros(300, 1, dtype=torch.float64),
        torch.cat([0.05 * drawn(230, 1), anywhere(70, 1)]),  # odd ones are anywhere
        torch.cat([0.05 * drawn(260, 1), 2 + 0.05 * drawn(40, 1)]),  # and 40 of 300 are no group yet
    ],
    ids=["narrow", "wide", "anywhere", "copies", "scattered", "few"],
)
def test_otherwise_there_is_none(x):
    second = modes_of(x)
    assert second.isnan().all()
    assert torch.equal(from_nearest_mode(x, second, 1), x)


def test_each_batch_and_latent_has_its_own():
    x = 0.05 * drawn(2, 300, 3)
    x[0, :60, 1] += 2
    x[1, :60, 2] += 3
    second = modes_of(x)
    assert second.isnan().tolist() == [[[True, False, True]], [[True, True, False]]]
    for batch in range(2):
        assert torch.equal(modes_of(x[batch]).nan_to_num(), second[batch].nan_to_num())
