"""Task 5: a 7 becomes a 3, over 90 % sure, every pixel within 0.05."""

import pytest

from lazyartist.criteria import ATTACK_EPSILON, ATTACK_SUCCESS
from lazyartist.reporting.stats import estimate, paired_ratio
from lazyartist.reporting.table import by, values


SEEDS = range(3)
CURE = "colour_consistency"


@pytest.fixture(scope="module")
def noise(measure):
    rows = measure("noise", strategies=["lazy", "erm", CURE], seeds=SEEDS)
    return {name: values(found) for (name,), found in by(rows, "strategy").items()}


def test_the_cured_model_is_fooled(noise):
    found = noise[CURE][ATTACK_SUCCESS.metric]
    assert len(found) == len(SEEDS)
    assert all(ATTACK_SUCCESS.holds(value) for value in found.values()), found


def test_no_pixel_moved_by_epsilon_or_more(noise):
    assert all(0 <= change < ATTACK_EPSILON for v in noise.values() for change in v["largest_change"].values())


def test_sevens_were_sevens_before_the_noise(noise):
    assert all(estimate(v["right_before_noise"].values()).mean > 0.9 for v in noise.values())


def test_the_lazy_model_is_the_harder_one_to_fool(noise):
    ratio = paired_ratio(noise["lazy"]["smallest_epsilon"], noise[CURE]["smallest_epsilon"])
    assert ratio.low > 1, ratio
