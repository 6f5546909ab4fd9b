"""The doors for others: packages that are installed for one test."""

import sys

from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest

from lazyartist.cli import main
from lazyartist.registry import Registry
from lazyartist.reporting.records import read_rows, write_rows


EXAMPLE = Path(__file__).parents[2] / "example_package"


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Return `install(name, files, points)`: put a package on the path as an installer would; nothing is left behind.

    `files` are name -> text below the package's folder, or the path of one that is there; `points` are entry points:
    group -> {name: value}.
    """
    monkeypatch.setenv("LAZYARTIST_STORE", str(tmp_path / "store"))
    before = set(sys.modules)

    def put(name, files, points):
        place = tmp_path / "site"
        for file, text in files.items():
            path = place / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text))
        metadata = place / f"{name}-1.0.dist-info"
        metadata.mkdir(parents=True)
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        lines = [f"[{group}]\n" + "\n".join(f"{k} = {v}" for k, v in own.items()) for group, own in points.items()]
        (metadata / "entry_points.txt").write_text("\n".join(lines) + "\n")
        monkeypatch.syspath_prepend(place)

    yield put
    places = (str(tmp_path), str(EXAMPLE))
    gone = {
        name for name in set(sys.modules) - before if str(getattr(sys.modules[name], "__file__", "")).startswith(places)
    }
    for name in gone:
        del sys.modules[name]
    for registry in Registry.every.values():
        for name in [name for name, thing in registry._things.items() if thing.__module__ in gone]:
            del registry._things[name]


@pytest.fixture
def example(install, monkeypatch):
    """Install the example package by the entry points that its pyproject.toml names; return its folder."""
    text = (EXAMPLE / "pyproject.toml").read_text().partition('[project.entry-points."')[2].partition("\n\n")[0]
    group, _, lines = text.partition('"]\n')
    points = dict(line.replace('"', "").split(" = ") for line in lines.splitlines())
    install("lazyartist_example_metadata", {}, {group: points})
    monkeypatch.syspath_prepend(EXAMPLE)
    return EXAMPLE


@pytest.fixture
def lazyartist(tmp_path, capsys):
    """Return `lazyartist(*words)`: run the command in a folder of results; return its exit code, output and errors."""

    def run(*words):
        place = [] if words[0] in {"list", "data"} else ["--results", str(tmp_path / "results")]
        jobs = ["--jobs", "1"] if words[0] == "run" else []
        baseline = ["--baseline", str(tmp_path / "baseline.json")] if words[0] == "gate" else []
        code = main([*words, *place, *jobs, *baseline])
        return (code, *capsys.readouterr())

    return run


@pytest.fixture
def gated(lazyartist, tmp_path):
    """Return `gated(study)`: what was measured is blessed and passes the gate; when one value is worse, it falls."""

    def check(study):
        assert lazyartist("gate", "--bless")[0] == 0
        assert lazyartist("gate")[0] == 0
        path = tmp_path / "results" / "records" / f"{study}.jsonl"
        rows = read_rows(path)
        worse = next(row for row in rows if row.direction and row.value > 0.05)
        sign = -1 if worse.direction == "higher" else 1
        write_rows(path, [replace(r, value=r.value * (1 + 0.2 * sign)) if r is worse else r for r in rows])
        code, out, _ = lazyartist("gate")
        assert code == 1
        assert worse.metric in out
        write_rows(path, rows)
        assert lazyartist("gate")[0] == 0

    return check
