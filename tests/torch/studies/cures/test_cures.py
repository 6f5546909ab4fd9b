from dataclasses import dataclass, replace
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from lazyartist.data.images import Split, UnsupportedError
from lazyartist.data.task import Task
from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.erm import Erm
from lazyartist.studies.classifiers import STANDARD
from lazyartist.studies.cures.cures import CuresStudy, own_cures
from lazyartist.studies.cures.metrics import AVERAGE, BALANCED, WORST_GROUP


def facts_of(task, model):
    study: Any = CuresStudy()
    facts = study.measure(SimpleNamespace(task=lambda: task), SimpleNamespace(model=model))
    return {fact.metric: fact for fact in facts}


def test_it_writes_accuracies_and_the_worst_group(on_digits):
    rows = on_digits("cures", seeds=1, strategies="erm", budget={"epochs": 0.5})
    assert [row.metric for row in rows] == [
        "easy_accuracy", "hard_rotated_accuracy", "hard_other_accuracy", "worst_group_accuracy"
    ]  # fmt: skip
    assert {row.at["strategy"] for row in rows} == {"erm"}
    assert {row.at["epochs"] for row in rows} == {0.5}
    assert rows[-1].value == min(share for line in rows[-1].detail for share in line if share == share)
    assert (len(rows[-1].detail), len(rows[-1].detail[0])) == (10, 10)


def test_unless_told_otherwise_it_compares_the_cures_of_this_package(monkeypatch):
    @dataclass(frozen=True)
    class Installed(Erm):
        """A strategy of somebody else's."""

    monkeypatch.setitem(STRATEGIES._things, "installed", Installed)
    assert "installed" in STRATEGIES
    assert Installed.is_cure
    names = {run.strategy for run in CuresStudy(datasets="digits", seeds=1).runs()}
    assert names == set(own_cures())
    assert {"erm", "oracle", "dfr", "second_opinion"} <= names
    assert not names & {"installed", "lazy", "grayscale_erm"}
    assert {run.strategy for run in CuresStudy(strategies=("installed", "lazy")).runs()} == {"installed", "lazy"}


def test_every_cure_has_the_budget_of_plain_training():
    runs = CuresStudy(seeds=1).runs()
    assert {run.budget for run in runs} == {STANDARD}
    assert {run.dataset for run in runs} == {"mnist", "fashion"}
    assert len(runs) == 2 * len(own_cures())


def test_asking_for_the_study_imports_no_strategy():
    # what it compares is looked up when it is run, or a strategy that cannot be imported would take the study with it
    assert CuresStudy.default_strategies == ()


@dataclass(frozen=True, eq=False)
class Marked:
    """Grey images of four classes with a mark in one of three rows: nothing can be repainted."""

    n: int

    @cached_property
    def factors(self):
        label = torch.arange(self.n) % 4
        return {"class": label, "row": (label + torch.arange(self.n) // 4) % 3}

    sizes = {"class": 4, "row": 3}  # noqa: RUF012
    fingerprint = "marked"

    def __len__(self):
        return self.n

    def render(self, index):
        images = torch.zeros(len(index), 3, 28, 28)
        images[torch.arange(len(index)), :, 9 * self.factors["row"][index], 7 * self.factors["class"][index]] = 1
        return images


def marked(n, bias=("row",)):
    return Split(Marked(n), bias=bias)


class TellsColumn(torch.nn.Module):
    """Right, except where the mark stands in the last row."""

    def forward(self, x):
        mark = x.mean(1)
        logits = mark[:, :, ::7].amax(1)[:, :4]
        return torch.where(mark[:, 18].amax(1, keepdim=True) > 0, logits.roll(1, 1), logits)


@pytest.fixture
def no_hard_split():
    return Task("marked", marked(48), marked(24), {}, marked(36))


def test_groups_of_any_number_and_no_hard_split(no_hard_split):
    facts = facts_of(no_hard_split, TellsColumn())
    assert set(facts) == {"easy_accuracy", WORST_GROUP, AVERAGE, BALANCED}
    assert facts[WORST_GROUP].value == 0
    assert facts[WORST_GROUP].n == 36
    assert facts[WORST_GROUP].detail == [[1.0, 1.0, 0.0]] * 4


def test_groups_without_images_are_not_the_worst(no_hard_split):
    some = no_hard_split.test.subset(no_hard_split.test.attribute < 2)
    facts = facts_of(replace(no_hard_split, test=some), TellsColumn())
    assert facts[WORST_GROUP].value == 1
    assert facts[WORST_GROUP].n == 24


def test_a_hard_split_of_any_name_is_measured(no_hard_split):
    facts = facts_of(replace(no_hard_split, hard={"marked": marked(12)}), TellsColumn())
    assert set(facts) == {"easy_accuracy", "hard_marked_accuracy", WORST_GROUP, AVERAGE, BALANCED}
    assert facts["hard_marked_accuracy"].value == pytest.approx(2 / 3)


def test_a_task_without_a_bias_attribute_is_refused_by_name(no_hard_split):
    with pytest.raises(UnsupportedError, match="no bias attribute"):
        facts_of(replace(no_hard_split, test=marked(36, bias=())), TellsColumn())
