"""Task 6: the lazy model's last hidden layer taken apart, on every seed, both datasets; steering; the same again."""

import pytest

from lazyartist.reporting.stats import estimate
from lazyartist.reporting.table import by, values
from lazyartist.studies.decomposition.metrics import CONTROLS, DIRECTIONS
from lazyartist.studies.decomposition.sae import SaeStudy
from lazyartist.studies.decomposition.thresholds import DECOMPOSITION, SAE_STABLE, STEERED, STEERING_CONTROL
from lazyartist.studies.runner import one_thread, run_study
from lazyartist.training.store import Store


SEEDS = range(5)
DATASETS = ("mnist", "fashion")


@pytest.fixture(scope="module")
def rows(measure):
    return measure("sae", datasets=DATASETS, seeds=SEEDS)


@pytest.fixture(scope="module")
def measured(rows):
    """(dataset, direction) -> metric -> seed -> value; what is not about steering has the direction ""."""
    return {key: values(own) for key, own in by(rows, "dataset", "direction").items()}


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("criterion", DECOMPOSITION, ids=str)
def test_taken_apart_on_every_seed(measured, dataset, criterion):
    by_seed = measured[dataset, ""][criterion.metric]
    assert sorted(by_seed) == list(SEEDS)
    assert all(criterion.holds(value) for value in by_seed.values()), by_seed


@pytest.mark.parametrize("dataset", DATASETS)
def test_a_colour_turned_up_is_the_answer(measured, dataset):
    by_seed = measured[dataset, DIRECTIONS[0]][STEERED.metric]
    assert sorted(by_seed) == list(SEEDS)
    assert all(STEERED.holds(value) for value in by_seed.values()), by_seed


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("direction", CONTROLS)
def test_what_is_turned_up_at_random_is_not(measured, dataset, direction):
    by_seed = measured[dataset, direction][STEERING_CONTROL.metric]
    assert sorted(by_seed) == list(SEEDS)
    assert all(STEERING_CONTROL.holds(value) for value in by_seed.values()), by_seed


@pytest.mark.parametrize("dataset", DATASETS)
def test_another_seed_finds_the_colour_features_too(measured, dataset):
    by_seed = measured[dataset, ""][SAE_STABLE.metric]
    assert sorted(by_seed) == list(SEEDS)
    assert SAE_STABLE.holds(estimate(by_seed.values()).mean), by_seed


def test_the_same_again_bit_for_bit(rows, pytestconfig, tmp_path):
    study = SaeStudy(datasets="mnist", seeds=1)
    models = Store(pytestconfig.getoption("--lazy-store"))
    # the classifier of the first time, but autoencoders trained anew
    fresh = Store(tmp_path / "store")
    (run,) = study.runs()
    with one_thread():
        key = run.train(models).provenance.key
    fresh.root.mkdir()
    for path in models.root.glob(f"{key}.*"):
        (fresh.root / path.name).write_bytes(path.read_bytes())
    assert [provenance.kind for provenance, _ in fresh.list()] == ["classifier"]
    again = run_study(study, tmp_path / "records", store=fresh, jobs=1)
    first = [row for row in rows if (row.at["dataset"], row.seed) == ("mnist", 0)]

    def facts(of):
        return {(row.metric, str(sorted(row.at.items())), row.value, str(row.detail)) for row in of}

    assert facts(again) == facts(first)
