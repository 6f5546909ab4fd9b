import pytest
import torch

from lazyartist.probes.groups import GroupAccuracy
from lazyartist.studies.cures.selection import Look, _chosen


def look(step, validation, test):
    """Of two classes with one attribute value each, a hundred images."""
    n = torch.full((2, 1), 100)
    return Look(step, *(GroupAccuracy(n, torch.tensor([[a], [b]])) for a, b in (validation, test)))


def test_each_rule_keeps_its_own_epoch_and_test_images_have_no_say():
    looks = [look(10, (60, 60), (10, 20)), look(20, (100, 50), (30, 90)), look(30, (55, 58), (80, 80))]
    facts = list(_chosen(looks, torch.tensor([[9], [1]]), 10))
    found = {(fact.at["selected_by"], fact.metric): fact.value for fact in facts}
    assert {rule: found[rule, "epoch"] for rule in ("worst group", "average", "none")} == {
        "worst group": 1,
        "average": 2,
        "none": 3,
    }
    assert found["worst group", "worst_group_accuracy"] == pytest.approx(0.1)
    assert found["average", "average_accuracy"] == pytest.approx(0.9 * 0.3 + 0.1 * 0.9)


def test_the_last_look_is_at_the_model_that_cures_judges(on_digits):
    few = {"seeds": 1, "strategies": "erm", "budget": {"epochs": 1.5}}
    rows = {(row.at["selected_by"], row.metric): row.value for row in on_digits("selection", **few)}
    judged = {row.metric: row.value for row in on_digits("cures", **few)}
    assert rows["none", "worst_group_accuracy"] == judged["worst_group_accuracy"]
    assert rows["none", "epoch"] == pytest.approx(1.5, abs=0.05)
    assert rows["worst group", "epoch"] in (1, rows["none", "epoch"])
