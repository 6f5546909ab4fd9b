"""What a study is: its fields are its knobs, its runs follow from them, and rows know what decided them."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
import torch

from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact
from lazyartist.studies.classifiers import STANDARD, ClassifierStudy, Run
from lazyartist.studies.cures.cures import CuresStudy
from lazyartist.studies.lazy.lazy import LazyStudy
from lazyartist.training.budget import Budget


@dataclass(frozen=True)
class Asks(ClassifierStudy):
    """A study with a knob."""

    name: ClassVar[str] = "asks"
    default_strategies: ClassVar[tuple[str, ...]] = ("erm", "lazy")
    default_seeds: ClassVar[int] = 3
    first_seed: ClassVar[int] = 100
    often: int = 2

    def measure(self, run, trained):
        for i in range(self.often):
            yield Fact("times", float(i), 1, at={"which": i})


def test_what_is_left_empty_is_the_studys_own_choice():
    runs = Asks().runs()
    assert len(runs) == 2 * 1 * 3 * 2
    assert [(run.dataset, run.strategy, run.seed) for run in runs[:4]] == [
        ("mnist", "erm", 100),
        ("mnist", "lazy", 100),
        ("mnist", "erm", 101),
        ("mnist", "lazy", 101),
    ]
    assert {run.dataset for run in runs} == {"mnist", "fashion"}
    assert {run.network for run in runs} == {"simple_cnn"}


def test_a_strategy_has_its_own_budget_unless_told_otherwise():
    by_name = {run.strategy: run.budget for run in Asks().runs()}
    assert by_name == {"erm": STANDARD, "lazy": Budget(8, 128, 1e-3, "constant")}
    told = {run.strategy: run.budget for run in Asks(budget={"epochs": 3}).runs()}
    assert told == {"erm": Budget(epochs=3), "lazy": Budget(3, 128, 1e-3, "constant")}
    assert Asks().budget_of("lazy:check_every=10") == by_name["lazy"]


def test_one_name_is_a_list_of_one():
    """A string is one name, not its letters; a number of seeds is a count."""
    study = CuresStudy(datasets="digits", networks="mlp", strategies="erm", seeds=2)
    assert (study.datasets, study.networks, study.strategies, study.seeds) == (("digits",), ("mlp",), ("erm",), (0, 1))
    assert [str(run) for run in study.runs()] == ["digits mlp erm, seed 0", "digits mlp erm, seed 1"]


@pytest.mark.parametrize(
    "seeds", [[0, 1], (0, 1), range(2), np.arange(2), 2, np.int64(2), torch.arange(2), {0: "a", 1: "b"}], ids=repr
)
def test_seeds_may_be_any_integers(seeds):
    study = CuresStudy(datasets="digits", strategies="erm", seeds=seeds)
    assert study.seeds == (0, 1)
    assert {type(seed) for seed in study.seeds} == {int}
    assert study == CuresStudy(datasets="digits", strategies="erm", seeds=[0, 1])
    given = CuresStudy(seeds=[np.int64(3), 2**40, 2**70]).seeds
    assert given == (3, 2**40, 2**70)


@pytest.mark.parametrize(
    "seeds", [[-1], -1, np.int64(-1), [0.5], 1.5, "2", [None], [True], np.array([0.0, 1.0])], ids=repr
)
def test_what_is_no_seed_is_refused(seeds):
    with pytest.raises(ValueError, match=r"seeds?=.*: expected a whole number from 0 on"):
        CuresStudy(seeds=seeds)


@pytest.mark.parametrize("names", [5, [""], [1], "", ["digits", None], None], ids=repr)
def test_what_is_no_name_is_refused(names):
    for kind in ("datasets", "networks", "strategies"):
        with pytest.raises(ValueError, match=f"{kind}=.*: expected names"):
            CuresStudy(**{kind: names})


@pytest.mark.parametrize("budget", [{"epochs": 0}, {"epoch": 1}, {"batch_size": -2}, 5], ids=repr)
def test_a_budget_is_refused_before_anything_is_trained(budget):
    with pytest.raises(ValueError, match=r"budget|epochs|batch_size"):
        CuresStudy(budget=budget)


def test_knobs_come_from_the_command_line():
    assert STUDIES.build("budget:checkpoints=5").checkpoints == (5,)
    with pytest.raises(ValueError, match="knobs"):
        STUDIES.build("lazy:sevens=5")


def test_changed_knobs_are_keys_of_the_rows_and_decide_the_digest(task, short):
    run = Run("digits", "simple_cnn:width=2", "erm", 0, short)
    usual, often = Asks(), Asks(often=3)
    assert usual.changed_knobs() == {}
    assert often.changed_knobs() == {"often": 3}
    assert usual.digest(run) == Asks().digest(run) == Asks(datasets="digits", seeds=5).digest(run)
    others = [
        often.digest(run),
        LazyStudy().digest(run),
        usual.digest(Run("digits", "simple_cnn:width=2", "erm", 1, short)),
        usual.digest(Run("digits:correlation=0.9", "simple_cnn:width=2", "erm", 0, short)),
        usual.digest(run.with_data(correlation=0.9)),
        usual.digest(Run("digits", "simple_cnn:width=3", "erm", 0, short)),
        usual.digest(Run("digits", "simple_cnn:width=2", "focal", 0, short)),
        usual.digest(Run("digits", "simple_cnn:width=2", "erm", 0, Budget(epochs=1))),
    ]
    assert len({usual.digest(run), *others}) == 9
    rows = often.to_rows(run, 1.23456, often.measure(run, None))
    assert [dict(row.at)["which"] for row in rows] == [0, 1, 2]
    assert {(row.study, row.seed, row.metric, row.at["often"], row.origin.seconds) for row in rows} == {
        ("asks", 0, "times", 3, 1.235)
    }
    assert rows[0].origin.run == often.digest(run)
    assert rows[0].origin.data == task.train.fingerprint
    assert rows[0].at == {
        "dataset": "digits",
        "bias": "colour",
        "correlation": 0.95,
        "conflict": "all",
        "where": "foreground",
        "palette": "hues",
        "network": "simple_cnn:width=2",
        "strategy": "erm",
        "epochs": 0.5,
        "batch_size": 64,
        "learning_rate": short.learning_rate,
        "schedule": "cosine",
        "often": 3,
        "which": 0,
    }


def test_what_a_strategy_is_handed_stands_in_the_rows(short):
    for strategy, uses, split in (("erm", (), "train"), ("oracle", ("unbiased split",), "unbiased")):
        run = Run("digits", "simple_cnn:width=2", strategy, 0, short)
        origin = Asks().origin(run, 1.0)
        assert origin.uses == uses
        assert origin.data == getattr(run.task(), split).fingerprint


def test_data_knobs_change_the_task(short):
    run = Run("digits", "simple_cnn:width=2", "erm", 0, short).with_data(correlation=0.5)
    assert run.at()["correlation"] == 0.5
    assert str(run) == "digits correlation 0.5 simple_cnn:width=2 erm, seed 0"
    assert run.with_data(correlation=0.6).data == (("correlation", 0.6),)


@pytest.mark.parametrize(("study", "name"), [("latents", "datasets"), ("latents", "variants"), ("clinic", "cases"),
                                             ("clinic", "remedies"), ("witnesses", "datasets")])  # fmt: skip
def test_whatever_is_no_name_is_refused_by_every_study(study, name):
    for given in (3, None, [None], [3.5], [""]):
        with pytest.raises(ValueError, match=rf"{name}=.*: expected names, as in {name}="):
            STUDIES.build(study, **{name: given})
