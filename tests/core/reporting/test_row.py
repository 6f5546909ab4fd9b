"""One fact: what is a row, what is refused, and what it is grouped by."""

import math

import pytest

from lazyartist.reporting.row import Origin


def test_the_clock_is_not_part_of_the_fact(row):
    assert row(seconds=1.0).fact() == row(seconds=2.0).fact()
    assert row(value=0.1).fact() != row(value=0.2).fact()


def test_a_group_is_all_but_the_seed_and_an_experiment_all_but_the_metric(row):
    one, other = row(), row(seed=1)
    assert one.group == other.group
    assert one.experiment != other.experiment
    layered = row(own={"layer": "conv3"}, metric="units")
    assert layered.group != one.group
    assert layered.experiment == one.experiment  # a key of the row is none of the run
    assert row(strategy="focal").group != one.group
    assert row(epochs=3).experiment != one.experiment


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": "high"}, {"value": None}, {"value": True}, {"value": [1]}, {"value": 10**400},
        {"value": 7.0}, {"value": -0.5}, {"value": math.nan},  # of an accuracy, which is named
        {"seed": "0"}, {"seed": -1}, {"seed": True}, {"seed": 1.5}, {"seed": None},
        {"n": "10"}, {"n": -1}, {"n": None},
        {"direction": "Higher"}, {"direction": None}, {"direction": "highest"}, {"direction": []},
        {"metric": None}, {"metric": ""}, {"metric": 3}, {"study": ""}, {"study": None},
        {"detail": 3}, {"detail": "words"}, {"detail": {}},
        {"dataset": ["x"]}, {"dataset": None}, {"epochs": math.nan}, {"own": {"layer": None}}, {"own": {"": 1}},
        {"run": None}, {"run": []}, {"run": ""}, {"data": None}, {"uses": "words"}, {"uses": [3]}, {"uses": (3,)},
        {"versions": None}, {"threads": "1"}, {"seconds": None}, {"seconds": "1"},
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_type_or_value_is_refused_by_name(row, wrong):
    (name,) = wrong
    name = {"dataset": "at", "epochs": "at", "own": "at", "value": "(value|hard_rotated_accuracy)"}.get(name, name)
    with pytest.raises(ValueError, match=rf"^not (a row|what a run has in common): .*{name}.*: expected"):
        row(**wrong)


@pytest.mark.parametrize("value", [0, 1, 0.5, math.inf, -3.5, math.nan])
def test_a_number_that_is_no_share_may_be_any(row, value):
    assert row(metric="smallest_epsilon", value=value).value is value


def test_an_origin_needs_a_digest_and_keys_alone():
    assert Origin("a", {}).uses == ()
