"""Task 5: a 7 becomes a 3, over 90 % sure, every pixel within 0.05."""

import pytest

from lazyartist.criteria import ATTACK_EPSILON, ATTACK_SUCCESS
from lazyartist.studies.noise.numbers import needs
from lazyartist.reporting.stats import estimate
from lazyartist.reporting.table import by, values


SEEDS = range(3)
CURE = "second_opinion"
BEST = 0.95  # this project: of the sevens, for the best cure
# the lazy model was seen to take four times the noise that flips a cure's answer, and twenty that makes it sure
FLIPS, SURE = 1.5, 3.0


@pytest.fixture(scope="module")
def rows(measure):
    # all of these are trained by other tests too
    return measure("noise", strategies=["lazy", "erm", CURE], seeds=SEEDS)


@pytest.fixture(scope="module")
def models(rows):
    return {name: found for (name,), found in by(rows, "strategy").items()}


@pytest.fixture(scope="module")
def noise(models):
    return {name: values(found) for name, found in models.items()}


def test_the_cured_model_is_fooled(noise):
    found = noise[CURE][ATTACK_SUCCESS.metric]
    assert len(found) == len(SEEDS)
    assert all(ATTACK_SUCCESS.holds(value) and value >= BEST for value in found.values()), found


def test_no_pixel_moved_by_epsilon_or_more(noise):
    assert all(0 <= change < ATTACK_EPSILON for v in noise.values() for change in v["largest_change"].values())
    assert all(noise[CURE]["largest_change"].values())


def test_sevens_were_sevens_before_the_noise(noise):
    assert all(estimate(v["right_before_noise"].values()).mean > 0.9 for v in noise.values())


@pytest.mark.parametrize(("metric", "times"), [("flip_epsilon", FLIPS), ("smallest_epsilon", SURE)])
def test_the_lazy_model_is_the_harder_one_to_fool(models, metric, times):
    ratio = needs(models["lazy"], models[CURE], metric)
    assert ratio is not None
    assert ratio.n == len(SEEDS)
    assert ratio.low > times, ratio


def test_no_attack_crosses_what_is_proven(noise):
    for v in noise.values():
        assert not any(v["bound_crossed"].values())
        assert all(bound > 0 for bound in v["certified_epsilon"].values())


def test_nothing_finds_less_noise_and_no_gradient_is_masked(noise):
    for v in noise.values():
        for metric in ("square_success", "random_success", "zero_gradients", "randomised"):
            assert not any(v[metric].values()), metric
