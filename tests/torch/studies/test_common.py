"""What more than one chapter measures."""

from dataclasses import replace

import pytest

from lazyartist.probes import accuracy
from lazyartist.studies.common import accuracies, rounded


def test_tables_keep_four_digits():
    assert rounded([[0.123456, 1.0], [2 / 3, 0.0]]) == [[0.1235, 1.0], [0.6667, 0.0]]


@pytest.mark.parametrize("lazy", [False, True])
def test_easy_and_every_hard_accuracy_with_its_confusion(task, taught, lazy):
    facts = {fact.metric: fact for fact in accuracies(taught, task, lazy=lazy)}
    splits = {
        "easy_accuracy": task.easy,
        "hard_rotated_accuracy": task.hard["rotated"],
        "hard_other_accuracy": task.hard["other"],
    }
    assert list(facts) == list(splits)
    for name, split in splits.items():
        expected = accuracy(taught, split)
        assert (facts[name].value, facts[name].n) == (expected.value, len(split))
        assert facts[name].detail == expected.confusion.tolist()
        assert facts[name].direction == ("lower" if lazy and name != "easy_accuracy" else "higher")


def test_a_task_without_hard_splits_has_its_easy_accuracy(task, taught):
    assert [fact.metric for fact in accuracies(taught, replace(task, hard={}))] == ["easy_accuracy"]
