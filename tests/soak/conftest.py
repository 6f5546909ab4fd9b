"""What the soak counts becomes rows, and those a table: `pytest -m soak --lazy-results=results`."""

from __future__ import annotations

import hashlib

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lazyartist.reporting.publish import publish
from lazyartist.reporting.records import append_run, settle
from lazyartist.reporting.row import Origin, Row
from lazyartist.training.store import versions


STUDY = "reliability"


@pytest.fixture(scope="session")
def counted(request: pytest.FixtureRequest, lazy_results: Path) -> Iterator[Callable[..., None]]:
    """Return `counted(part, what, tried, **outcomes)`, which puts a line into the table once the soak is over."""
    runs: list[list[Row]] = []

    def count(part: str, what: str, tried: int, **outcomes: int) -> None:
        run = hashlib.sha256(repr((STUDY, part, what, versions())).encode()).hexdigest()[:16]
        origin = Origin(run=run, at={"part": part, "what": what}, versions=versions())
        runs.append(
            [
                Row(STUDY, origin.at, 0, name, value, tried, "", origin)
                for name, value in {"tried": tried, **outcomes}.items()
            ]
        )

    yield count
    if runs and request.config.option.markexpr == "soak":
        path = lazy_results / "records" / f"{STUDY}.jsonl"
        for rows in runs:
            append_run(path, rows)
        settle(path)
        publish(lazy_results, [STUDY])
