import math

import pytest

from hypothesis import given
from hypothesis import strategies as st

from lazyartist.reporting.stats import estimate, norm_score, paired_difference, t_quantile


def test_quantiles_are_those_of_scipy():
    special = pytest.importorskip("scipy.special")
    for degrees in range(1, 200):
        for tail in (0.025, 0.05):
            assert t_quantile(degrees, tail) == pytest.approx(special.stdtrit(degrees, 1 - tail), rel=1e-7)


def test_interval_of_known_numbers():
    e = estimate([1.0, 2.0, 3.0])
    assert (e.mean, e.n) == (2.0, 3)
    assert e.half_width == pytest.approx(4.302653 / math.sqrt(3))


def test_one_seed_has_no_interval_and_none_is_an_error():
    assert math.isnan(estimate([0.5]).low)
    with pytest.raises(ValueError, match="run the study first"):
        estimate([])


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=12), st.floats(-5, 5))
def test_a_shift_moves_the_interval_and_pairing_removes_it(x, shift):
    a, b = dict(enumerate(v + shift for v in x)), dict(enumerate(x))
    difference = paired_difference(a, b)
    assert difference.mean == pytest.approx(shift, abs=1e-9)
    assert difference.half_width == pytest.approx(0, abs=1e-6)


def test_only_shared_seeds_are_compared():
    assert paired_difference({0: 1.0, 1: 3.0}, {1: 1.0, 2: 9.0}).mean == 2.0
    with pytest.raises(ValueError, match="no seed in common"):
        paired_difference({0: 1.0}, {1: 1.0})


def test_norm_score_is_0_at_erm_and_100_at_the_oracle():
    erm, oracle = {0: 0.8, 1: 0.7}, {0: 0.98, 1: 0.97}
    assert norm_score(erm, erm, oracle).mean == pytest.approx(0)
    assert norm_score(oracle, erm, oracle).mean == pytest.approx(100)
    assert math.isnan(norm_score(oracle, oracle, oracle).mean)


def test_a_ceiling_below_the_floor_turns_no_score_round():
    assert math.isnan(norm_score({0: 0.4}, {0: 0.6}, {0: 0.5}).mean)
    assert norm_score({0: 0.55}, {0: 0.6}, {0: 0.5}, "lower").mean == pytest.approx(50)
