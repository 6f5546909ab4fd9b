"""What the benchmarks measure, as rows."""

from __future__ import annotations

import hashlib

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from lazyartist.reporting.publish import publish
from lazyartist.reporting.records import append_run, settle
from lazyartist.reporting.row import At, Origin, Row
from lazyartist.studies.speed.metrics import MEASURED
from lazyartist.training.store import versions


def keep(results: Path, numbers: Mapping[str, float], *, n: int, data: str, study: str = "speed") -> None:
    """Put {what: value} among the rows of `results`, in place of older ones, and write the table again."""
    put(results, [row(study, {"what": what}, MEASURED, value, n=n, data=data) for what, value in numbers.items()])
    print("\n" + "\n".join(f"{what:<75} {value:>12,.2f}" for what, value in numbers.items()))


def row(
    study: str,
    at: At,
    metric: str,
    value: float,
    *,
    n: int,
    data: str,
    seed: int = 0,
    uses: Collection[str] = (),
    threads: int = 1,
    seconds: float = 0.0,
    more_versions: Mapping[str, str] | None = None,
) -> Row:
    """Return a row that is a run of its own; no gate judges it."""
    decides = (study, sorted(at.items()), seed, data, threads, versions())
    origin = Origin(
        run=hashlib.sha256(repr(decides).encode()).hexdigest()[:16],
        at=at,
        data=data,
        uses=tuple(sorted(use.replace("_", " ") for use in uses)),
        versions={**versions(), **(more_versions or {})},
        threads=threads,
        seconds=round(seconds, 3),
    )
    return Row(study=study, at=at, seed=seed, metric=metric, value=value, n=n, direction="", origin=origin)


def put_run(results: Path, study: str, at: At, numbers: Mapping[str, float], *, n: int) -> None:
    """Put {metric: value} of one run among the rows of `results`, in place of older ones; write its tables again."""
    origin = row(study, at, MEASURED, 0.0, n=n, data="").origin
    put(results, [Row(study, at, 0, metric, value, n, "", origin) for metric, value in numbers.items()])


def put(results: Path, rows: Sequence[Row]) -> None:
    """Put rows of one study among those of `results`, in place of older ones, and write its tables again."""
    (study,) = {row.study for row in rows}
    path = results / "records" / f"{study}.jsonl"
    runs: dict[object, list[Row]] = {}
    for each in rows:
        runs.setdefault(each.experiment, []).append(each)
    for own in runs.values():
        append_run(path, own)
    settle(path)
    publish(results, [study])
