import pytest

from lazyartist.studies.cures.correlation import CorrelationStudy


def test_the_correlation_is_a_key_and_the_rest_has_other_colours(on_digits):
    rows = on_digits("correlation", correlations=(0.9, 1.0), seeds=1, strategies="erm", budget={"epochs": 0.5})
    assert {row.metric for row in rows} == {"easy_accuracy", "hard_rotated_accuracy", "hard_other_accuracy"}
    assert {row.at["correlation"] for row in rows} == {0.9, 1.0}
    assert {row.at["conflict"] for row in rows} == {"others"}


def test_each_strategy_is_trained_at_each_correlation():
    runs = CorrelationStudy().runs()
    assert len({(run.strategy, run.seed, run.data) for run in runs}) == len(runs) == 2 * 2 * 6
    shares = {dict(run.data)["correlation"] for run in runs}
    assert shares == {0.9, 0.95, 0.98, 0.99, 0.995, 1.0}


def test_so_many_images_have_their_class_s_colour():
    (run,) = CorrelationStudy(datasets="digits", strategies="erm", seeds=1, correlations=(0.9,)).runs()
    task = run.task()
    assert float(task.aligned(task.train).double().mean()) == pytest.approx(0.9, abs=0.005)
