"""The pytest plugin: options, the fixture that runs studies, and the tables at the end of a run.

It is loaded in every pytest run of an environment, so it imports nothing heavy until it is used.
"""

from __future__ import annotations

import os

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest


if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import nn

    from lazyartist.reporting.row import Row
    from lazyartist.studies.inspection.shortcut import ShortcutReport

STUDIES = pytest.StashKey[Any]()
SETTINGS = ("pyproject.toml", "pytest.ini", "tox.ini", "setup.cfg")
WORKER_STUDIES = "lazyartist_studies"  # how a worker of pytest-xdist tells the controller what it measured


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("lazyartist")
    group.addoption(
        "--lazy-results", type=Path, default=None, metavar="DIR", help="Folder of rows and tables: results."
    )
    group.addoption("--lazy-store", type=Path, default=None, metavar="DIR", help="Folder of trained models.")
    group.addoption(
        "--lazy-report", type=Path, default=None, metavar="FILE", help="Page of all results, written at the end."
    )
    group.addoption("--lazy-device", default=None, metavar="NAME", help="Where studies run: LAZYARTIST_DEVICE, or cpu.")
    group.addoption("--lazy-jobs", type=int, default=2, metavar="N", help="Training processes side by side: 2.")


def pytest_configure(config: pytest.Config) -> None:
    """Prepare the list of studies that were measured, for the summary."""
    config.stash[STUDIES] = set()
    for option in ("--lazy-results", "--lazy-store", "--lazy-report"):
        _refuse_taken_for_tests(config, option)
    page = config.getoption("--lazy-report")
    if page is not None and not os.access(folder := page.resolve().parent, os.W_OK):  # found before hours of training
        raise pytest.UsageError(f"--lazy-report {page}: {folder} is no folder, or not yours: name another one")
    if config.pluginmanager.hasplugin("xdist"):
        config.pluginmanager.register(FromWorkers(config))


def _refuse_taken_for_tests(config: pytest.Config, option: str) -> None:
    """Refuse an option whose file or folder pytest has taken for a place of tests, so that it misses the settings here.

    pytest looks for a project's settings before it knows the options of plugins, at whatever words name a file or
    folder.
    """
    path, here = config.getoption(option), config.invocation_params.dir
    if path is None or config.inipath is not None or option not in config.invocation_params.args or not path.exists():
        return
    if any((folder / name).exists() for folder in (here, *here.parents) for name in SETTINGS):
        raise pytest.UsageError(
            f"{option} {path}: pytest takes this for a place of tests, and looks for its settings there: "
            f"write it as one word: {option}={path}"
        )


class FromWorkers:
    """Collects what the workers of pytest-xdist measured: the controller alone prints and publishes."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Take over a worker's list."""
        del error
        self.config.stash[STUDIES].update(getattr(node, "workeroutput", {}).get(WORKER_STUDIES, ()))


@pytest.fixture(scope="session")
def lazy_results(pytestconfig: pytest.Config) -> Path:
    """Return the folder that rows, tables and figures go to: `--lazy-results`, or `results` in the project."""
    return _results(pytestconfig)


@pytest.fixture(scope="session")
def measure(pytestconfig: pytest.Config, lazy_results: Path) -> Callable[..., list[Row]]:
    """Return `measure(study, **fields)`: run a study afresh, keep its rows for the summary, and return them.

    Trained models come from the store where it has them; every number is measured again. `study` may have knobs behind
    its name; the fields are those of `lazyartist.studies.classifiers.ClassifierStudy` and the study's own. A study that
    measures nothing fails.
    """

    def run(study: str, **fields: Any) -> list[Row]:
        from lazyartist.progress import progress_bar
        from lazyartist.studies import STUDIES as KNOWN
        from lazyartist.studies.runner import run_study
        from lazyartist.training.store import Store

        built = KNOWN.build(study, **fields)
        capture = pytestconfig.pluginmanager.getplugin("capturemanager")
        with capture.global_and_fixture_disabled(), progress_bar(built.name, len(built.runs())) as progress:
            rows = run_study(
                built,
                lazy_results / "records",
                store=Store(pytestconfig.getoption("--lazy-store")),
                jobs=pytestconfig.getoption("--lazy-jobs"),
                fresh=True,
                device=pytestconfig.getoption("--lazy-device"),
                progress=progress,
            )
        if not rows:
            pytest.fail(f"the study {study} measured nothing: {fields}")
        pytestconfig.stash[STUDIES].add(built.name)
        return rows

    return run


@pytest.fixture
def check_model(request: pytest.FixtureRequest) -> Callable[..., ShortcutReport]:
    """Return `check_model(model, data, worst_group=0.7)`: the test fails where a model leans on a shortcut.

    It fails as well where that cannot be told, and says why. `data` is a task; the name of a dataset, such as
    "folder:birds:target=y:bias=place"; or images of your own as `lazyartist.data.memory.memory_task` takes them, whose
    arguments may follow. What is measured becomes properties of the test, which JUnit files (`--junitxml`) carry.
    """

    def check(model: nn.Module, data: Any, *, worst_group: float, **of_data: Any) -> ShortcutReport:
        from lazyartist.data.make import make_task
        from lazyartist.data.memory import memory_task
        from lazyartist.data.task import Task
        from lazyartist.studies.inspection.shortcut import PASSES, check_shortcut

        task = make_task(data, **of_data) if isinstance(data, (str, Task)) else memory_task(data, **of_data)
        report = check_shortcut(model, task, worst_group=worst_group)
        for name, value in report.numbers.items():
            # as `record_property` does, which warns where JUnit files have the default form, that carries them as well
            request.node.user_properties.append((name, round(value, 6)))
        if report.verdict != PASSES:
            pytest.fail("\n".join([report.table().text(), *report.lines()]), pytrace=False)
        return report

    return check


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell the controller of pytest-xdist what this worker measured."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[WORKER_STUDIES] = sorted(session.config.stash[STUDIES])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the tables of the studies that were measured, and write tables, figures and the report."""
    if hasattr(config, "workerinput"):
        return
    if config.stash[STUDIES]:
        _publish(terminalreporter, config)
    if (page := config.getoption("--lazy-report")) is not None:
        terminalreporter.write_line(_write_report(config, page))


def _publish(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    from lazyartist.reporting.publish import publish, tables_of
    from lazyartist.reporting.records import read_rows

    results, studies = _results(config), sorted(config.stash[STUDIES])
    for study in studies:
        terminalreporter.section(f"lazyartist: {study}")
        for table in tables_of(study, read_rows(results / "records" / f"{study}.jsonl")):
            for line in table.text().splitlines():
                terminalreporter.write_line(line)
    written = publish(results, studies)
    terminalreporter.write_line(f"written: {', '.join(path.name for path in written)} in {results}")


def _write_report(config: pytest.Config, page: Path) -> str:
    """Write the page of all results, and return the line that says so, or why there is none."""
    from lazyartist.files import write_text
    from lazyartist.reporting.report import report

    results, committed = _results(config), config.rootpath / "results" / "baseline.json"
    has_own = (results / committed.name).exists() or not committed.exists()
    try:
        write_text(page, report(results, None if has_own else committed))
    except ValueError as error:
        return f"no report: {error}"
    return f"report: {page}"


def _results(config: pytest.Config) -> Path:
    return Path(config.getoption("--lazy-results") or config.rootpath / "results")
