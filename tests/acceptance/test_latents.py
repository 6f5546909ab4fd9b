"""The latents: learnt without a label, they hold the factors, what is odd stands out in them, and can be repaired.

On two seeds, with margins; a model is trained once and asked by all three studies.
"""

import pytest

from lazyartist.reporting.table import by, values
from lazyartist.studies.latents import metrics as names
from lazyartist.studies.latents.thresholds import (
    EVERY_MIG,
    FOUND,
    KEPT,
    MEAN_MIG,
    RECONSTRUCTION,
    RESTORED,
    RIGHTLY_FLAGGED,
    VALID,
)


SEEDS = range(2)


@pytest.fixture(scope="module")
def measured(measure):
    rows = measure("latents", variants=["circle_vae"], seeds=SEEDS)
    return values([row for row in rows if "factor" not in row.at])


@pytest.mark.parametrize("criterion", [EVERY_MIG, RECONSTRUCTION], ids=str)
def test_on_every_seed(measured, criterion):
    by_seed = measured[criterion.metric]
    assert sorted(by_seed) == list(SEEDS)
    assert all(criterion.holds(value) for value in by_seed.values()), by_seed


def test_on_average(measured):
    by_seed = measured[MEAN_MIG.metric]
    assert MEAN_MIG.holds(sum(by_seed.values()) / len(by_seed)), by_seed


def test_shuffled_factors_are_found_in_no_latent(measured):
    assert all(value < 0.01 for value in measured["mig_shuffled"].values())


@pytest.fixture(scope="module")
def odd(measure, measured):
    """(what odd images are off in, detector) -> metric -> seed -> value, of batches of 350 with 25 odd ones."""
    rows = [row for row in measure("outliers:batches=100", seeds=SEEDS) if row.at["odd"] == 25]
    return {key: values(own) for key, own in by(rows, "off", "detector").items()}


@pytest.mark.parametrize("criterion", [FOUND, RIGHTLY_FLAGGED], ids=str)
@pytest.mark.parametrize("off", ["several at once", "floor, wall, shape", "hues"])
def test_odd_images_stand_out(odd, off, criterion):
    by_seed = odd[off, "conditional"][criterion.metric]
    assert sorted(by_seed) == list(SEEDS)
    assert all(criterion.holds(value) for value in by_seed.values()), by_seed


def test_a_plain_covariance_hides_them(odd):
    ours, plain = (odd["hues", detector][names.RECALL] for detector in ("conditional", "plain"))
    assert all(ours[seed] > plain[seed] + 0.2 for seed in SEEDS), (ours, plain)


@pytest.fixture(scope="module")
def repaired(measure, measured):
    rows = [row for row in measure("counterfactuals:batches=8", seeds=SEEDS) if row.at["off"] == "hues"]
    return {move: values(own) for (move,), own in by(rows, "move").items()}


@pytest.mark.parametrize("criterion", [VALID, RESTORED, KEPT], ids=str)
def test_the_hue_that_was_odd_and_no_other_factor_is_repaired(repaired, criterion):
    by_seed = repaired["conditional"][criterion.metric]
    assert sorted(by_seed) == list(SEEDS)
    assert all(criterion.holds(value) for value in by_seed.values()), by_seed


def test_decoding_alone_repairs_nothing(repaired):
    assert all(value < 0.1 for value in repaired["none"][names.RESTORED].values())
