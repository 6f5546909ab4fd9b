"""Studies end to end, on the digits inside scikit-learn: rows, resuming, interruption, the same bits twice."""

import logging
import subprocess
import sys
import time

from pathlib import Path

import pytest

from lazyartist.cli import main
from lazyartist.reporting.row import read_rows
from lazyartist.studies import STUDIES
from lazyartist.studies.runner import run_study
from lazyartist.training.store import Store


def measure(name, tmp_path, *, fresh=False, progress=lambda run, measured: None, store="store", **what):
    study = STUDIES[name]()
    runs = study.runs(datasets=["digits"], **what)
    where = tmp_path / "results" / "records"
    return run_study(study, runs, where, store=Store(tmp_path / store), jobs=1, fresh=fresh, progress=progress)


def test_two_runs_give_bit_identical_rows(tmp_path):
    what = {"strategies": ["focal", "colour_consistency"], "seeds": [0], "budget": {"epochs": 1}}
    first, second = ([row.fact() for row in measure("cures", tmp_path / place, **what)] for place in "ab")
    assert first == second


def test_what_is_known_is_not_measured_again(tmp_path):
    what = {"strategies": ["erm", "focal"], "budget": {"epochs": 0.5}}
    calls = []
    measure("cures", tmp_path, seeds=[0], progress=lambda run, measured: calls.append((run.seed, measured)), **what)
    measure("cures", tmp_path, seeds=[0, 1], progress=lambda run, measured: calls.append((run.seed, measured)), **what)
    assert sorted(calls[:2]) == [(0, True)] * 2
    assert sorted(calls[2:]) == [(0, False)] * 2 + [(1, True)] * 2
    calls.clear()
    rows = measure("cures", tmp_path, seeds=[0], fresh=True, progress=lambda r, m: calls.append(m), **what)
    assert calls == [True, True]
    assert len(rows) == 8


def test_a_torn_record_is_measured_again(tmp_path, caplog):
    rows = measure("cures", tmp_path, seeds=[0], strategies=["erm"], budget={"epochs": 0.5})
    path = tmp_path / "results" / "records" / "cures.jsonl"
    path.write_bytes(path.read_bytes()[:-30])
    with caplog.at_level(logging.WARNING):
        again = measure("cures", tmp_path, seeds=[0], strategies=["erm"], budget={"epochs": 0.5})
    assert "torn" in caplog.text
    assert [row.fact() for row in again] == [row.fact() for row in rows]


def test_two_processes_give_the_rows_of_one(tmp_path):
    study = STUDIES["cures"]()
    runs = study.runs(datasets=["digits"], strategies=["erm"], seeds=[0, 1], budget={"epochs": 0.5})
    one, two = (
        run_study(study, runs, tmp_path / str(jobs), store=Store(tmp_path / f"store{jobs}"), jobs=jobs)
        for jobs in (1, 2)
    )
    assert [row.fact() for row in one] == [row.fact() for row in two]


@pytest.fixture
def command(tmp_path, monkeypatch):
    """A study of many short runs, as a command that lacks the number of seeds, and the file of its records."""
    monkeypatch.setenv("LAZYARTIST_STORE", str(tmp_path / "store"))
    words = ["run", "cures", "--datasets", "digits", "--strategies", "erm", "--jobs", "1", "--epochs", "0.5"]
    return [*words, "--results", str(tmp_path), "--seeds"], tmp_path / "records" / "cures.jsonl"


def goes_on(command, records, capsys):
    """Finish a stopped run and check that what was done was not done again, by its clock."""
    done = read_rows(records)
    assert main([*command, "4"]) == 0
    assert "4 runs, 16 rows" in capsys.readouterr().out
    assert {row.to_json() for row in done} <= {row.to_json() for row in read_rows(records)}


def test_an_interrupted_run_goes_on_where_it_was(command, monkeypatch, capsys):
    from lazyartist.studies.cures.cures import CuresStudy

    command, records = command
    ask = CuresStudy.ask

    def impatient(self, run, trained):
        if run.seed == 2:
            raise KeyboardInterrupt
        return ask(self, run, trained)

    monkeypatch.setattr(CuresStudy, "ask", impatient)
    assert main([*command, "4"]) == 130
    assert "goes on from here" in capsys.readouterr().err
    assert len(read_rows(records)) == 8
    monkeypatch.setattr(CuresStudy, "ask", ask)
    goes_on(command, records, capsys)


def test_a_killed_run_goes_on_where_it_was(command, capsys):
    command, records = command
    process = subprocess.Popen(
        [sys.executable, "-m", "lazyartist", *command, "999"], stderr=subprocess.DEVNULL, cwd=records.parents[1]
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and len(read_rows(records)) < 8:
        time.sleep(0.02)
    process.kill()
    process.wait(timeout=60)
    assert 8 <= len(read_rows(records)) < 4 * 999
    goes_on(command, records, capsys)


def test_the_command_draws_the_canvas(tmp_path, capsys):
    for name in "ab":
        assert main(["data", "digits", "--picture", str(tmp_path / f"{name}.svg")]) == 0
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert "1,437 + 360 images" in capsys.readouterr().out


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
    assert "expected a positive number" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        main(["run", "lazy", "--seeds", "-3"])
    assert "expected a positive number, got '-3'" in capsys.readouterr().err
    assert main(["run", "lazy", "--datasets", "digits", "--models", "simple_cnn:width=x", *results]) == 2
    assert "as in 'simple_cnn:width=32'" in capsys.readouterr().err
