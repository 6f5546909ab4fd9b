"""The latents: learnt without a label, they are the factors, and images come back sharp; two seeds, with margins."""

import pytest

from lazyartist.reporting.table import values
from lazyartist.studies.latents.thresholds import EVERY_MIG, MEAN_MIG, RECONSTRUCTION


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
