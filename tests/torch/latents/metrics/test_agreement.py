import pytest
import torch

from lazyartist.latents.metrics.agreement import agreement, agreements


EVERY = torch.ones(3, dtype=torch.bool)


@pytest.fixture
def codes():
    return (torch.rand(4096, 3, generator=torch.Generator().manual_seed(0)) - 0.5) * 6.28


def test_the_same_latents_in_another_order_agree(codes):
    assert agreement(codes, codes[:, [2, 0, 1]], EVERY, EVERY) > 0.95


def test_a_turn_and_a_stretch_cost_little_and_a_mixture_much(codes):
    turned = torch.remainder(codes + 1, 6.28) - 3.14
    stretched = torch.stack([codes[:, 0] ** 3, codes[:, 1], codes[:, 2]], 1)
    mixed = torch.stack([codes[:, 0] + codes[:, 1], codes[:, 0] - codes[:, 1], codes[:, 2]], 1)
    like, unlike = (agreement(codes, other, EVERY, EVERY) for other in (turned, mixed))
    assert like > 0.7
    assert agreement(codes, stretched, EVERY, EVERY) > 0.7
    assert unlike < 0.5


def test_agreement_goes_both_ways(codes):
    fewer, two = codes[:, :2], EVERY[:2]
    assert agreement(codes, fewer, EVERY, two) == agreement(fewer, codes, two, EVERY)


def test_latents_that_are_not_used_do_not_count(codes):
    used = torch.tensor([True, True, False])
    noisy = torch.cat([codes[:, :2], 1e-4 * codes[:, :1]], 1)  # what nobody decodes repeats the first one
    assert agreement(codes[:, :2], noisy, EVERY[:2], used) > 0.95


@pytest.mark.parametrize("used", [0, 1])
def test_a_single_latent_and_none_are_compared_as_well(codes, used):
    one = EVERY[:1]
    assert agreement(codes[:, :1], codes[:, :1], one, one == used) == pytest.approx(used, abs=0.05)


def test_who_told_the_factors_apart_agrees_most(codes):
    a, b, c = codes.unbind(1)
    mixed = torch.stack([a + b, b - a, c], 1)
    other = torch.stack([a, b + c, b - c], 1)
    agreed = agreements([mixed, codes, other, codes[:, [1, 0, 2]]], [EVERY] * 4)
    assert min(agreed[1], agreed[3]) > max(agreed[0], agreed[2]) + 0.1
    assert all(0 <= each <= 1 for each in agreed)


def test_two_agree_alike(codes):
    first, second = agreements([codes, codes.roll(7, 0)], [EVERY] * 2)
    assert first == second < 0.1
