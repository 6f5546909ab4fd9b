"""Runs on disk: resuming, interruption, workers, the same bits twice."""

import logging
import subprocess
import sys
import time

from dataclasses import dataclass
from pathlib import Path

import pytest

from torch import nn

from lazyartist.cli import main
from lazyartist.data import DATASETS
from lazyartist.networks import NETWORKS
from lazyartist.registry import Registry
from lazyartist.reporting.records import read_rows
from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.erm import Erm
from lazyartist.studies.cures.cures import CuresStudy
from lazyartist.studies.runner import run_study
from lazyartist.training.store import Store


FAST = {"datasets": "digits", "networks": "simple_cnn:width=2", "budget": {"epochs": 0.5}}


@pytest.fixture
def measure(tmp_path):
    """Return `measure(**fields)`: the rows of `cures` in a fresh folder; `place` is another folder."""

    def run(*, place="results", jobs=1, progress=lambda run, measured: None, fresh=False, **fields):
        study = CuresStudy(**{**FAST, **fields})
        store = Store(tmp_path / place / "store")
        return run_study(study, tmp_path / place / "records", store=store, jobs=jobs, fresh=fresh, progress=progress)

    return run


def facts(rows):
    return [row.fact() for row in rows]


def test_two_runs_give_bit_identical_rows(measure):
    what = {"strategies": ["focal", "colour_consistency"], "seeds": [0], "budget": {"epochs": 1}}
    assert facts(measure(place="a", **what)) == facts(measure(place="b", **what))


def test_two_processes_give_the_rows_of_one(measure):
    one, two = (measure(place=str(jobs), jobs=jobs, strategies="erm", seeds=[0, 1]) for jobs in (1, 2))
    assert facts(one) == facts(two)
    assert {row.seed for row in one} == {0, 1}


def test_rows_come_in_the_order_of_the_runs_whichever_ended_first(measure):
    measure(strategies="erm", seeds=[2])
    measure(strategies="erm", seeds=[1])
    assert [row.seed for row in measure(strategies="erm", seeds=[1, 0, 2])][::4] == [1, 0, 2]


def test_what_is_known_is_not_measured_again(measure):
    what, calls = {"strategies": ["erm", "focal"]}, []

    def note(run, measured):
        calls.append((run.seed, measured))

    first = measure(seeds=[0], progress=note, **what)
    measure(seeds=[0, 1], progress=note, **what)
    assert sorted(calls[:2]) == [(0, True)] * 2
    assert sorted(calls[2:]) == [(0, False)] * 2 + [(1, True)] * 2
    calls.clear()
    rows = measure(seeds=[0], fresh=True, progress=note, **what)
    assert calls == [(0, True)] * 2
    assert facts(rows) == facts(first)
    assert len(rows) == 8
    calls.clear()
    assert facts(measure(seeds=[0], progress=note, **what)) == facts(first)
    assert calls == [(0, False)] * 2


def test_a_study_of_another_setting_is_another_experiment(measure):
    measure(strategies="erm", seeds=1)
    assert len(measure(strategies="erm", seeds=1, budget={"epochs": 1})) == 4
    assert len(measure(strategies="erm", seeds=1, datasets="digits:correlation=0.5")) == 4


@pytest.mark.parametrize("kept", [0, 20, 400, -30, -1])
def test_a_torn_record_is_measured_again(measure, tmp_path, caplog, kept):
    """Wherever the last line was cut, all rows of its run are measured again."""
    rows = measure(seeds=2, strategies="erm")
    path = tmp_path / "results" / "records" / "cures.jsonl"
    first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + second[:-1][: kept or None] if kept else first)
    with caplog.at_level(logging.WARNING):
        again = measure(seeds=2, strategies="erm")
    assert ("not whole" in caplog.text) == bool(kept)
    assert facts(again) == facts(rows)
    assert len(again) == 8


@pytest.mark.parametrize("jobs", [0, -1, 1.5, "2"])
def test_a_number_of_processes_is_whole_and_positive(measure, jobs):
    with pytest.raises(ValueError, match="expected a positive whole number of processes"):
        measure(strategies="erm", seeds=1, jobs=jobs)


def test_what_has_nothing_to_run_or_gives_no_rows_is_refused(measure, monkeypatch):
    monkeypatch.setattr(CuresStudy, "measure", lambda self, run, trained: iter(()))
    with pytest.raises(ValueError, match="digits simple_cnn:width=2 erm, seed 0 gave no rows"):
        measure(strategies="erm", seeds=1)
    monkeypatch.setattr(CuresStudy, "runs", lambda self: [])
    with pytest.raises(ValueError, match="has nothing to run: expected at least one dataset"):
        measure(strategies="erm", seeds=1)


class OwnNet(nn.Module):
    """Mine."""

    def __init__(self, classes=10, width=2):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 3)
        self.head = nn.Linear(width, classes)

    def forward(self, x):
        return self.head(self.conv(x).relu().mean((2, 3)))


@dataclass(frozen=True)
class OwnStrategy(Erm):
    """Mine."""

    factor: float = 2.0

    def loss(self, model, batch):
        return self.factor * super().loss(model, batch)


@pytest.fixture
def by_hand(monkeypatch):
    """A network, a strategy and a dataset that this process alone knows."""
    for registry in (NETWORKS, STRATEGIES, DATASETS):
        monkeypatch.setattr(registry, "_things", registry._things.copy())
    monkeypatch.setitem(NETWORKS._things, "own_net", OwnNet)
    monkeypatch.setitem(STRATEGIES._things, "own_strategy", OwnStrategy)

    def own_digits(*, seed=0):
        from lazyartist.data.make import make_task

        return make_task("digits", seed=seed, correlation=0.8)

    monkeypatch.setitem(DATASETS._things, "own_digits", own_digits)


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize(
    ("kind", "name"),
    [("networks", "own_net:width=3"), ("strategies", "own_strategy:factor=3"), ("datasets", "own_digits")],
)
def test_what_was_registered_by_hand_is_known_to_the_workers(measure, by_hand, kind, name, jobs):
    rows = measure(**{"strategies": "erm", kind: name}, seeds=2, jobs=jobs)
    assert len(rows) == 8
    assert {row.at[kind.replace("strategies", "strategy").removesuffix("s")] for row in rows} == {name}


def test_what_was_typed_into_a_notebook_gives_its_rows(measure, by_hand):
    """It has no file, so no digest that a second look would find: the rows are returned all the same."""
    scope = {"__name__": "__main__"}
    exec(
        "from dataclasses import dataclass\n"
        "from lazyartist.strategies.erm import Erm\n"
        "@dataclass(frozen=True)\n"
        "class Typed(Erm):\n"
        "    'Mine.'\n",
        scope,
    )
    scope["Typed"].__module__ = "typed_by_hand"
    STRATEGIES._things["typed"] = scope["Typed"]
    assert len(measure(strategies="typed", seeds=1)) == 4
    calls = []
    assert len(measure(strategies="typed", seeds=1, progress=lambda run, measured: calls.append(measured))) == 4
    assert calls == [True]  # what may have changed is measured again


def test_registries_are_given_back_as_they_were():
    assert "own_net" not in NETWORKS
    assert Registry.every["lazyartist.networks"] is NETWORKS


@pytest.fixture
def command(tmp_path, monkeypatch):
    """A study of many short runs, as a command that lacks the number of seeds, and the file of its records."""
    monkeypatch.setenv("LAZYARTIST_STORE", str(tmp_path / "store"))
    words = "run cures --datasets digits --networks simple_cnn:width=2 --strategies erm --jobs 1 --epochs 0.5".split()
    return [*words, "--results", str(tmp_path), "--seeds"], tmp_path / "records" / "cures.jsonl"


def goes_on(command, records, capsys):
    """Finish a stopped run and check that what was done was not done again, by its clock."""
    done = {(row.seed, row.metric): row for row in read_rows(records)}
    assert main([*command, "4"]) == 0
    assert "4 runs, 16 rows" in capsys.readouterr().out
    now = {(row.seed, row.metric): row for row in read_rows(records)}
    for key, row in done.items():
        if key in now or key[0] < 4:
            assert now[key].fact() == row.fact()
            assert now[key].origin.seconds == row.origin.seconds


def test_an_interrupted_run_goes_on_where_it_was(command, monkeypatch, capsys):
    command, records = command
    ask = CuresStudy.measure

    def impatient(self, run, trained):
        if run.seed == 2:
            raise KeyboardInterrupt
        return ask(self, run, trained)

    monkeypatch.setattr(CuresStudy, "measure", impatient)
    assert main([*command, "4"]) == 130
    assert "goes on from here" in capsys.readouterr().err
    assert len(read_rows(records)) == 8
    monkeypatch.setattr(CuresStudy, "measure", ask)
    goes_on(command, records, capsys)


def test_a_killed_run_goes_on_where_it_was(command, capsys):
    command, records = command
    process = subprocess.Popen(
        [sys.executable, "-m", "lazyartist", *command, "99"], stderr=subprocess.DEVNULL, cwd=records.parents[1]
    )
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and len(read_rows(records)) < 8:
        time.sleep(0.02)
    process.kill()
    process.wait(timeout=60)
    assert 8 <= len(read_rows(records)) < 4 * 99
    goes_on(command, records, capsys)


def test_the_command_draws_the_dataset(tmp_path, capsys):
    for name in "ab":
        assert main(["data", "digits", "--picture", str(tmp_path / f"{name}.svg")]) == 0
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert "digits: train 1,149, easy 288, test 360 images" in capsys.readouterr().out


def test_the_command_measures_and_shows(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LAZYARTIST_STORE", str(tmp_path / "store"))
    results = ["--results", str(tmp_path)]
    assert main(["run", "lazy", "--datasets", "digits", "--seeds", "1", "--jobs", "1", *results]) == 0
    assert main(["table", "lazy", *results]) == 0
    out = capsys.readouterr().out
    assert out.count("The lazy model") == 2
    assert {p.name for p in Path(tmp_path).glob("lazy.*")} == {"lazy.md", "lazy.csv", "lazy.svg"}
    assert main(["run", "lazy", "--strategies", "focl", *results]) == 2
    assert "Did you mean focal" in capsys.readouterr().err
    assert main(["run", "lazy", "--datasets", "digits", "--epochs", "0", *results]) == 2
    assert "epochs" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        main(["run", "lazy", "--seeds", "-3"])
    assert "got '-3'" in capsys.readouterr().err
    assert main(["run", "lazy", "--datasets", "digits", "--networks", "simple_cnn:width=x", *results]) == 2
    assert "width='x'" in capsys.readouterr().err
