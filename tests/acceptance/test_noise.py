"""Task 5: a 7 becomes a 3, over 90 % sure, every pixel within 0.05."""

import pytest

from lazyartist.criteria import ATTACK_EPSILON, ATTACK_SUCCESS
from lazyartist.reporting.stats import estimate
from lazyartist.reporting.table import by, values
from lazyartist.studies.noise.numbers import in_paint, noise_ratio
from lazyartist.studies.noise.thresholds import BEST_ATTACK, LAZY_FLIPS, LAZY_MINIMAL


SEEDS = range(3)
CURE = "second_opinion"


@pytest.fixture(scope="module")
def models(measure):
    """The rows of each model, on sevens in their own colour; all of these are trained by other tests too."""
    rows = measure("noise", strategies=["lazy", "erm", CURE], seeds=SEEDS)
    models = {name: in_paint(own, "own") for (name,), own in by(rows, "strategy").items()}
    assert set(models) == {"lazy", "erm", CURE}
    return models


@pytest.fixture(scope="module")
def noise(models):
    return {name: values(own) for name, own in models.items()}


def test_the_cured_model_is_fooled(noise):
    shares = noise[CURE][ATTACK_SUCCESS.metric]
    assert len(shares) == len(SEEDS)
    assert all(ATTACK_SUCCESS.holds(share) and BEST_ATTACK.holds(share) for share in shares.values()), shares


def test_no_pixel_moved_by_epsilon_or_more(noise):
    """Measured on the images that count as successes, not on what the attacks say of themselves."""
    for name, v in noise.items():
        assert len(v["largest_change"]) == len(SEEDS)
        for seed, change in v["largest_change"].items():
            assert 0 <= change < ATTACK_EPSILON
            assert (change > 0) == (v["attack_success"][seed] > 0), (name, seed)
    assert all(noise[CURE]["largest_change"].values())


def test_sevens_were_sevens_before_the_noise(noise):
    assert all(estimate(v["right_before_noise"].values()).mean > 0.9 for v in noise.values())


@pytest.mark.parametrize("criterion", [LAZY_FLIPS, LAZY_MINIMAL], ids=lambda criterion: criterion.metric)
def test_the_lazy_model_is_the_harder_one_to_fool(models, criterion):
    ratio = noise_ratio(models["lazy"], models[CURE], criterion.metric)
    assert ratio is not None
    assert ratio.n == len(SEEDS)
    assert criterion.holds_for(ratio), ratio


def test_no_attack_crosses_what_is_proven(noise):
    for v in noise.values():
        assert len(v["bound_crossed"]) == len(v["certified_epsilon"]) == len(SEEDS)
        assert not any(v["bound_crossed"].values())
        assert all(bound > 0 for bound in v["certified_epsilon"].values())


def test_nothing_finds_less_noise_and_no_gradient_is_masked(noise):
    for v in noise.values():
        for metric in ("square_success", "random_success", "zero_gradients", "randomised"):
            assert len(v[metric]) == len(SEEDS)
            assert not any(v[metric].values()), metric
