import math

import pytest
import torch

from lazyartist.latents.metrics.infomec import infomec
from lazyartist.latents.metrics.null import shuffled


def test_a_perfect_code_scores_one_in_all_three(made):
    factors = made.every(6, 5, 4)
    found = infomec(factors.double(), factors)
    assert (found.modularity, found.compactness) == pytest.approx((1, 1))
    assert found.explicitness > 0.95


def test_two_latents_for_a_factor_are_modular_and_not_compact(made):
    factors = made.every(4, 4)
    v, w = factors.double().unbind(1)
    found = infomec(torch.stack([v, v, w, w], 1), factors)
    assert found.modularity == pytest.approx(1)
    assert found.compactness == pytest.approx((1 / 2 - 1 / 4) / (1 - 1 / 4))


def test_a_code_turned_by_45_degrees_is_explicit_and_nothing_else(made):
    factors = made.every(4, 4)
    v, w = factors.double().unbind(1)
    found = infomec(torch.stack([v + w, v - w], 1), factors)
    assert (found.modularity, found.compactness) == pytest.approx((0, 0), abs=1e-9)
    assert found.explicitness > 0.95


def test_noise_explains_nothing(made):
    factors = made.drawn(4000, 6, 5)
    found = infomec(factors.double(), shuffled(factors))
    assert abs(found.explicitness) < 0.01
    nothing = infomec(torch.stack([factors[:, 0], torch.zeros(4000)], 1), factors)
    assert 0.45 < nothing.explicitness < 0.55  # one factor of two


def test_latents_of_a_small_range_are_left_out(made):
    factors = made.every(5, 4)
    codes = torch.cat([factors, 0.01 * factors.flip(1)], 1).double()
    assert infomec(codes, factors).compactness == pytest.approx(1)
    everything = infomec(codes, factors, active=torch.ones(4, dtype=torch.bool))
    assert everything.compactness == pytest.approx((1 / 2 - 1 / 4) / (1 - 1 / 4))
    assert math.isnan(infomec(codes, factors, active=torch.tensor([True, False, False, False])).compactness)


def test_a_linear_classifier_is_given_the_angles_points(made):
    factors = made.every(8, 2)
    codes = torch.stack([factors[:, 0] * (2 * math.pi / 8) - 3, factors[:, 1]], 1)
    parity = torch.stack([factors[:, 0] // 4, factors[:, 1]], 1)
    torch.testing.assert_close(infomec(codes, parity, circles=1).modularity, 1.0)
    crossed = torch.stack([(factors[:, 0] + 2) // 4 % 2, factors[:, 1]], 1)  # the ends of the line, against its middle
    assert infomec(codes, crossed, circles=1).explicitness > 0.95
    assert infomec(codes, crossed).explicitness < 0.7


def test_what_cannot_be_measured_is_refused(made):
    factors = made.every(3, 2)
    with pytest.raises(ValueError, match="how a code keeps factors apart takes two at least"):
        infomec(factors.double(), factors[:, :1])
    with pytest.raises(ValueError, match="circles=5: there are only 2 latents"):
        infomec(factors.double(), factors, circles=5)
    with pytest.raises(ValueError, match="codes: expected"):
        infomec(factors, factors)
