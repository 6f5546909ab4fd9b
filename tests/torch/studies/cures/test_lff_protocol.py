from lazyartist.probes import group_accuracy
from lazyartist.strategies import STRATEGIES
from lazyartist.studies.cures.lff_protocol import LffProtocolStudy
from lazyartist.training.budget import Budget
from lazyartist.training.store import Store


def test_a_perceptron_is_judged_by_the_mean_over_groups(on_digits, tmp_path):
    rows = on_digits("lff_protocol", seeds=1, strategies="erm", budget={"epochs": 0.5})
    assert [row.metric for row in rows] == [
        "unbiased_accuracy", "easy_accuracy", "hard_rotated_accuracy", "hard_other_accuracy"
    ]  # fmt: skip
    assert {(row.at["network"], row.at["conflict"]) for row in rows} == {("mlp", "others")}
    (run,) = LffProtocolStudy(datasets="digits", seeds=1, strategies="erm", budget={"epochs": 0.5}).runs()
    groups = group_accuracy(run.train(Store(tmp_path / "store")).model, run.task().test)
    assert rows[0].value == float(groups.accuracy.nanmean())
    assert rows[0].n == len(run.task().test)


def test_every_strategy_can_be_built_and_has_the_protocol_s_budget():
    runs = LffProtocolStudy(seeds=1).runs()
    assert {run.budget for run in runs} == {Budget(100, 256, 1e-3, "constant")}
    stages = [STRATEGIES.build(run.strategy) for run in runs]
    firsts = [getattr(s, knob) for s in stages for knob in ("first_epochs", "stage_epochs") if hasattr(s, knob)]
    assert firsts == [1, 1, 1]


def test_another_network_can_be_asked_for():
    assert {run.network for run in LffProtocolStudy(networks="simple_cnn").runs()} == {"simple_cnn"}
