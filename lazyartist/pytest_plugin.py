"""The pytest plugin: options, the fixture that runs studies, and the tables at the end of a run.

It is loaded in every pytest run of an environment, so it imports nothing heavy until it is used.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest


if TYPE_CHECKING:
    from collections.abc import Callable

    from lazyartist.reporting.row import Row

TABLES = pytest.StashKey[dict[str, "list[Row]"]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("lazyartist")
    group.addoption("--lazy-results", type=Path, default=None, metavar="DIR", help="where rows and tables go: results")
    group.addoption("--lazy-store", type=Path, default=None, metavar="DIR", help="where trained models are kept")
    group.addoption("--lazy-jobs", type=int, default=2, metavar="N", help="training processes side by side: 2")


def pytest_configure(config: pytest.Config) -> None:
    """Prepare the place where studies leave their rows for the summary."""
    config.stash[TABLES] = {}


@pytest.fixture(scope="session")
def lazy_results(pytestconfig: pytest.Config) -> Path:
    """Return the folder that rows, tables and figures go to: `--lazy-results`, or `results` in the project."""
    return Path(pytestconfig.getoption("--lazy-results") or pytestconfig.rootpath / "results")


@pytest.fixture(scope="session")
def measure(pytestconfig: pytest.Config, lazy_results: Path) -> Callable[..., list[Row]]:
    """Return `measure(study, **what)`: run a study afresh, keep its rows for the summary, and return them.

    Trained models come from the store where it has them; every number is measured again. `what` is as in
    `Study.runs`. A study that measures nothing fails.
    """

    def run(study: str, **what: Any) -> list[Row]:
        from lazyartist.progress import progress_bar
        from lazyartist.studies import STUDIES
        from lazyartist.studies.runner import run_study
        from lazyartist.training.store import Store

        found = STUDIES[study]()
        runs = found.runs(**what)
        capture = pytestconfig.pluginmanager.getplugin("capturemanager")
        with capture.global_and_fixture_disabled(), progress_bar(study, len(runs)) as progress:
            rows = run_study(
                found,
                runs,
                lazy_results / "records",
                store=Store(pytestconfig.getoption("--lazy-store")),
                jobs=pytestconfig.getoption("--lazy-jobs"),
                fresh=True,
                progress=progress,
            )
        if not rows:
            pytest.fail(f"the study {study} measured nothing: {what}")
        pytestconfig.stash[TABLES].setdefault(study, []).extend(rows)
        return rows

    return run


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the tables of this run's rows, and write tables and figures from all records."""
    tables = config.stash[TABLES]
    if not tables:
        return
    from lazyartist.reporting.publish import publish
    from lazyartist.reporting.tables import RENDERERS

    for study, rows in tables.items():
        terminalreporter.section(f"lazyartist: {study}")
        for table in RENDERERS[study](rows):
            terminalreporter.write_line(table.text())
    results = Path(config.getoption("--lazy-results") or config.rootpath / "results")
    written = publish(results)
    terminalreporter.write_line(f"written: {', '.join(path.name for path in written)} in {results}")
