"""The plugin as a project of its own would use it."""

import os
import subprocess
import sys

import pytest


# imported here, since what a project inside this process imports first is forgotten with it
from matplotlib import figure  # noqa: F401

from lazyartist.strategies import erm  # noqa: F401
from lazyartist.studies import runner  # noqa: F401
from lazyartist.studies.cures import cures  # noqa: F401


# one name where a list is meant is a list of one
WHAT = 'WHAT = dict(datasets="digits", networks="simple_cnn:width=2", strategies="erm", budget={"epochs": 0.25})\n'
OPTIONS = ("--lazy-jobs", "1", "--lazy-store", "store", "--lazy-results", "out")


def test_measure_prints_the_table_writes_the_results_and_fails_on_nothing(pytester, taught):
    del taught  # torch's own late imports are done by a training, once per process
    pytester.makepyfile(
        WHAT
        + """
def test_measures(measure):
    assert {row.seed for row in measure("cures", seeds=1, **WHAT)} == {0}

def test_skips_everything(measure, monkeypatch):
    from lazyartist.studies.cures.cures import CuresStudy
    monkeypatch.setattr(CuresStudy, "measure", lambda self, run, trained: iter(()))
    measure("cures", seeds=[1], **WHAT)

def test_has_nothing_to_run(measure, monkeypatch):
    from lazyartist.studies.cures.cures import CuresStudy
    monkeypatch.setattr(CuresStudy, "runs", lambda self: [])
    measure("cures", **WHAT)
"""
    )
    done = pytester.runpytest_inprocess(*OPTIONS)
    done.assert_outcomes(passed=1, failed=2)
    done.stdout.fnmatch_lines(["*gave no rows*", "*nothing to run*", "*lazyartist: cures*", "*written: cures.md*"])
    assert (pytester.path / "out" / "records" / "cures.jsonl").exists()
    assert (pytester.path / "out" / "cures.svg").exists()


def run(pytester, *words, **environment):
    """Run pytest in a process of its own, as from a shell; return it and its output."""
    variables = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")} | environment
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *OPTIONS, *words],
        cwd=pytester.path,
        env=variables,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    return done, done.stdout


def test_with_workers_the_controller_prints_and_writes_everything(pytester, missing):
    """pytest-xdist: what two workers measured is one table, one document, one spreadsheet and one figure per study."""
    if pytester.plugins is None or not _has_xdist():
        missing('pytest-xdist is not installed: pip install -e ".[test]"')
    pytester.makepyfile(
        WHAT
        + """
def test_first(measure):
    assert len(measure("cures", seeds=[0], **WHAT)) == 4

def test_second(measure):
    assert len(measure("cures", seeds=[1], **WHAT)) == 4

def test_third(measure):
    assert measure("lazy", seeds=[1], **WHAT)
"""
    )
    done, out = run(pytester, "-n", "2", "--assert=plain")  # three processes need not rewrite the package's asserts
    assert done.returncode == 0, out + done.stderr
    for study, title in (("cures", "Strategies: digits"), ("lazy", "The lazy model")):
        assert out.count(f"lazyartist: {study}") == 1
        assert out.count(title) == 1
        written = {path.suffix for path in (pytester.path / "out").glob(f"{study}.*")}
        assert written == {".md", ".csv", ".svg"}
    assert out.count("written: cures.md, cures.csv, cures.svg, lazy.md, lazy.csv, lazy.svg") == 1
    (line,) = [line for line in out.splitlines() if "  erm " in line and "class labels" in line]
    assert line.split()[-1] == "2"  # both seeds


def _has_xdist():
    try:
        import xdist  # noqa: F401
    except ImportError:
        return False
    return True


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_of_few_characters_gets_the_table_line_by_line(pytester, encoding):
    """The rows are made by hand: what prints them needs no torch."""
    pytester.makepyfile(
        """
from lazyartist.pytest_plugin import STUDIES
from lazyartist.reporting.records import write_rows
from lazyartist.reporting.row import Origin, Row

def test_first(pytestconfig, lazy_results):
    at = {"dataset": "digits", "network": "simple_cnn", "strategy": "erm", "epochs": 2}
    rows = [
        Row("by_hand", at, seed, "easy_accuracy", 0.5 + seed / 10, 10, "higher", Origin(f"run {seed}", at))
        for seed in range(2)
    ]
    write_rows(lazy_results / "records" / "by_hand.jsonl", rows)
    pytestconfig.stash[STUDIES].add("by_hand")
"""
    )
    done, out = run(pytester, "-p", "no:xdist", PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert done.returncode == 0, out + done.stderr
    lines = out.splitlines()
    start = lines.index("by_hand")
    header, rule, row = lines[start + 2 : start + 5]
    assert header.split() == ["metric", "mean", "seeds"]
    assert set(rule) == {"-", " "}
    assert row.startswith("easy_accuracy")
    assert row.endswith("  2")
    assert "0.5500" in row or "0.5000, 0.6000" in row
    assert "\\n" not in out
    assert (pytester.path / "out" / "by_hand.md").read_text(encoding="utf-8").count("±") >= 1


def test_the_plugin_is_light(tmp_path):
    (tmp_path / "test_mine.py").write_text(
        "import sys\n\n\ndef test_light(request):\n"
        "    assert request.config.pluginmanager.hasplugin('lazyartist.pytest_plugin')\n"
        "    for heavy in ('torch', 'numpy', 'matplotlib', 'sklearn', 'lazyartist.studies'):\n"
        "        assert heavy not in sys.modules, heavy\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


BY_HAND = """
from lazyartist.reporting.records import write_rows
from lazyartist.reporting.row import Origin, Row

def test_first(lazy_results):
    at = {"dataset": "digits", "network": "simple_cnn", "strategy": "erm", "epochs": 2}
    rows = [
        Row("by_hand", at, seed, "easy_accuracy", 0.5, 10, "higher", Origin(f"run {seed}", at)) for seed in range(2)
    ]
    write_rows(lazy_results / "records" / "by_hand.jsonl", rows)
"""


def test_the_report_is_written_at_the_end(pytester):
    pytester.makepyfile(BY_HAND)
    done, out = run(pytester, "-p", "no:xdist", "--lazy-report", "report.html")
    assert done.returncode == 0, out + done.stderr
    assert "report: report.html" in out
    page = (pytester.path / "report.html").read_text(encoding="utf-8")
    assert "easy_accuracy" in page
    assert "Studies: 1. Runs: 2. Rows: 2." in page


def test_a_report_that_cannot_be_written_is_refused_before_any_test(pytester):
    pytester.makepyfile(BY_HAND)
    done, out = run(pytester, "-p", "no:xdist", "--lazy-report", "nowhere/report.html")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "nowhere is no folder, or not yours: name another one" in out + done.stderr
    assert not (pytester.path / "out").exists()


@pytest.mark.parametrize("option", ["--lazy-store", "--lazy-results"])
def test_a_folder_that_pytest_takes_for_a_place_of_tests_is_refused_with_the_way_out(pytester, tmp_path, option):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    pytester.makepyfile("def test_nothing():\n    pass\n")
    pytester.makepyprojecttoml("[tool.pytest.ini_options]\nminversion = '7'\n")
    done, out = run(pytester, "-p", "no:xdist", option, str(elsewhere))
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert f"write it as one word: {option}={elsewhere}" in out + done.stderr
    done, out = run(pytester, "-p", "no:xdist", f"{option}={elsewhere}")
    assert done.returncode == 0, out + done.stderr


def test_without_rows_the_end_says_that_there_is_no_report(pytester):
    pytester.makepyfile("def test_nothing():\n    pass\n")
    done, out = run(pytester, "-p", "no:xdist", "--lazy-report", "report.html")
    assert done.returncode == 0, out + done.stderr
    assert "no report: no rows under" in out
