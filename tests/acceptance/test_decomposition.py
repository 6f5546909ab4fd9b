"""Task 6: the lazy mind taken apart, on every seed, both datasets; its dials; the same again."""

import pytest

from lazyartist.criteria import DECOMPOSITION, DIAL_CONTROL, DIALLED, SAE_FOUND_AGAIN
from lazyartist.reporting.stats import estimate
from lazyartist.reporting.table import values
from lazyartist.studies import STUDIES
from lazyartist.studies.decomposition.steering_curves import CONTROLS, WAYS
from lazyartist.studies.runner import run_study
from lazyartist.training.store import Store


SEEDS = range(5)
DATASETS = ("mnist", "fashion")


@pytest.fixture(scope="module")
def rows(measure):
    return measure("sae", datasets=DATASETS, seeds=SEEDS)


@pytest.fixture(scope="module")
def found(rows):
    return {name: values(row for row in rows if row.dataset == name) for name in DATASETS}


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("criterion", DECOMPOSITION, ids=str)
def test_taken_apart_on_every_seed(found, dataset, criterion):
    by_seed = found[dataset][criterion.metric]
    assert sorted(by_seed) == list(SEEDS)
    assert all(criterion.holds(value) for value in by_seed.values()), by_seed


@pytest.mark.parametrize("dataset", DATASETS)
def test_a_colour_turned_up_is_the_answer(found, dataset):
    by_seed = found[dataset][f"{DIALLED.metric}: {WAYS[0]}"]
    assert all(DIALLED.holds(value) for value in by_seed.values()), by_seed


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("way", CONTROLS)
def test_what_is_turned_up_at_random_is_not(found, dataset, way):
    by_seed = found[dataset][f"{DIAL_CONTROL.metric}: {way}"]
    assert all(DIAL_CONTROL.holds(value) for value in by_seed.values()), by_seed


@pytest.mark.parametrize("dataset", DATASETS)
def test_another_seed_finds_the_colour_features_again(found, dataset):
    mean = estimate(found[dataset][SAE_FOUND_AGAIN.metric].values()).mean
    assert SAE_FOUND_AGAIN.holds(mean), found[dataset][SAE_FOUND_AGAIN.metric]


def test_the_same_again_bit_for_bit(rows, pytestconfig, tmp_path):
    study = STUDIES["sae"]()
    runs = study.runs(datasets=["mnist"], seeds=[0])
    again = run_study(study, runs, tmp_path, store=Store(pytestconfig.getoption("--lazy-store")), jobs=1)
    first = [row for row in rows if (row.dataset, row.seed) == ("mnist", 0)]
    assert {(row.metric, row.value, str(row.detail)) for row in again} == {
        (row.metric, row.value, str(row.detail)) for row in first
    }
