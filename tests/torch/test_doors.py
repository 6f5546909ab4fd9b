"""The two doors for others, an entry point and the contract for their own tests; and what the contract catches."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import torch

from torch.nn.functional import cross_entropy

from lazyartist import checks
from lazyartist.cli import main
from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Plan
from lazyartist.strategies.erm import Erm


EXAMPLE = Path(__file__).parents[1] / "example_package"


@pytest.fixture
def example(tmp_path, monkeypatch):
    """Put the example package on the path as an installer would: its module, and the metadata of its entry point."""
    metadata = tmp_path / "lazyartist_example-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: lazyartist-example\nVersion: 1.0\n")
    group = (EXAMPLE / "pyproject.toml").read_text().partition('[project.entry-points."')[2].partition("\n\n")[0]
    (metadata / "entry_points.txt").write_text("[" + group.replace('"]', "]").replace('"', "") + "\n")
    for folder in (tmp_path, EXAMPLE):
        monkeypatch.syspath_prepend(folder)
    monkeypatch.setattr(STRATEGIES, "_things", dict(STRATEGIES._things))


def test_a_strategy_of_another_package_is_listed_and_compared(example, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LAZYARTIST_STORE", str(tmp_path / "store"))
    assert main(["list"]) == 0
    assert "label_smoothing" in capsys.readouterr().out
    words = ["--datasets", "digits", "--seeds", "1", "--jobs", "1", "--epochs", "0.5", "--results", str(tmp_path)]
    assert main(["run", "cures", "--strategies", "label_smoothing:amount=0.2,erm", *words]) == 0
    assert main(["run", "cures", "--strategies", "oracle", *words]) == 0
    table = capsys.readouterr().out.rpartition("Strategies:")[2]
    assert all(name in table for name in ("label_smoothing:amount=0.2", "erm", "oracle"))
    assert main(["run", "cures", "--strategies", "label_smoothing:amout=0.2", *words]) == 2
    assert "has the knobs ['amount'], not 'amout'" in capsys.readouterr().err


def test_the_contract_runs_in_another_package(example, pytester):
    pytester.makepyfile(test_example=(EXAMPLE / "contract.py").read_text())
    pytester.runpytest_inprocess("-q", "-p", "no:randomly").assert_outcomes(passed=len(checks.CHECKS))


@dataclass(frozen=True)
class HasAKnobWithoutDefault(Erm):
    weight: float


CALLS = []


@dataclass(frozen=True)
class RemembersLastTime(Erm):
    def loss(self, model, batch):
        CALLS.append(None)
        return super().loss(model, batch) * len(CALLS)


@dataclass(frozen=True)
class SeedsNumpy(Erm):
    def plan(self, split):
        np.random.seed(len(split.labels))
        return super().plan(split)


@dataclass(frozen=True)
class ChangesTheData(Erm):
    def plan(self, split):
        split.render.__self__.colours[0] += 1
        return super().plan(split)


@dataclass(frozen=True)
class TurnsGrey(Erm):
    uses: ClassVar = frozenset({"recolouring"})

    def loss(self, model, batch):
        return cross_entropy(model(batch.x.mean(1, keepdim=True).expand_as(batch.x)), batch.y)


@dataclass(frozen=True)
class RepaintsInSecret(Erm):
    def loss(self, model, batch):
        return cross_entropy(model(batch.x.flip(1)), batch.y)


@dataclass(frozen=True)
class ReadsTheColours(Erm):
    def plan(self, split):
        colours = split.render.__self__.colours

        def loss(model, batch):
            return cross_entropy(model(batch.x), batch.y) * (1 + colours[batch.index].float().mean())

        return Plan(loss)


@dataclass(frozen=True)
class LearnsNothing(Erm):
    def loss(self, model, batch):
        return 0 * super().loss(model, batch)


@dataclass(frozen=True)
class FailsOnSmallBatches(Erm):
    def loss(self, model, batch):
        return cross_entropy(model(batch.x), batch.y, reduction="none").log().sum() / (len(batch.x) - 1)


@pytest.mark.parametrize(
    ("wrong", "check", "words"),
    [
        (RemembersLastTime, checks.check_same_seed_same_bits, "one seed gave two models"),
        (SeedsNumpy, checks.check_nothing_global_is_touched, "NumPy"),
        (ChangesTheData, checks.check_the_data_stay_as_they_are, "changed the dataset"),
        (TurnsGrey, checks.check_it_uses_only_what_it_declared, "grey"),
        (RepaintsInSecret, checks.check_it_uses_only_what_it_declared, "changes images"),
        (ReadsTheColours, checks.check_it_uses_only_what_it_declared, "must declare 'colour_labels'"),
        (LearnsNothing, checks.check_it_beats_chance, "chance is 10 %"),
        (FailsOnSmallBatches, checks.check_small_batches, "on a batch of 1"),
    ],
)
def test_the_contract_catches(wrong, check, words):
    with pytest.raises(AssertionError, match=words):
        check(wrong())


def test_every_knob_has_a_default():
    with pytest.raises(AssertionError, match="HasAKnobWithoutDefault: the knobs weight have no default"):
        checks.check_configuration(HasAKnobWithoutDefault(1.0))


def test_what_was_not_declared_is_refused(task, short):
    from lazyartist.training.fit import fit

    @dataclass(frozen=True)
    class Weighs(Erm):
        def plan(self, split):
            return Plan(self.loss, torch.ones(len(split.labels)))

    @dataclass(frozen=True)
    class WeighsBadly(Weighs):
        uses: ClassVar = frozenset({"resampling"})

        def plan(self, split):
            return Plan(self.loss, -torch.ones(len(split.labels)))

    @dataclass(frozen=True)
    class TrainsWithMore(Erm):
        def plan(self, split):
            split.fit(STRATEGIES["group_balanced"](), 0.1)
            return Plan(self.loss)

    for wrong, words in (
        (Weighs(), "must declare 'resampling'"),
        (WeighsBadly(), r"from -1 to -1: expected \(1149,\) numbers from 0 on"),
        (TrainsWithMore(), "must declare .*'colour_labels'"),
    ):
        with pytest.raises(ValueError, match=words):
            fit(wrong, task, budget=short)


def test_the_contract_wants_strategies():
    with pytest.raises(ValueError, match="expected an instance of a Strategy"):
        checks.parametrize_with_checks([Erm])
    with pytest.raises(ValueError, match="expected an instance of a Strategy"):
        checks.parametrize_with_checks(["erm"])
