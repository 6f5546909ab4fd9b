"""The files that rows are kept in: one line per run, which is whole or does not count.

A line is a JSON object whose first key is a digest of the rest, so that a line that was torn or edited is noticed.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

from lazyartist.files import locked, write_bytes
from lazyartist.reporting.row import Origin, Row


log = logging.getLogger(__name__)

HEAD = re.compile(rb'{"sum": "([0-9a-f]{16})", ')
RUN_KEYS = {"run", "study", "seed", "at", "data", "uses", "versions", "threads", "seconds", "rows"}
ROW_KEYS = {"metric", "value", "n", "direction", "at", "detail"}


def read_rows(path: Path, *, whole: bool = False) -> list[Row]:
    """Read the rows of a file: of every experiment those of its newest run. A missing file has none.

    A last line that is not whole (the machine stopped while writing) is reported in the log and left out: its run
    counts as not done.

    Args:
        path: `<study>.jsonl`.
        whole: a last line that is not whole is an error as well: what judges must not judge by half of the rows.

    Raises:
        ValueError: a line that is not the last one cannot be read, or holds rows of another study; the message names
            file and line.
    """
    newest: dict[tuple[Any, ...], list[Row]] = {}
    lines = _lines(path)
    for number, line in lines.items():
        try:
            rows = parse_run(line)
        except ValueError as error:
            if whole or number < max(lines):
                way_out = f"Mend or delete that line, and `lazyartist run {path.stem}` measures it again."
                raise ValueError(f"{path}, line {number}: {error}. {way_out}") from error
            log.warning("%s, line %d: the last line is not whole; its run counts as not done", path, number)
            continue
        if (study := rows[0].study) != path.stem:
            raise ValueError(f"{path}, line {number}: a run of the study {study!r}: it belongs into {study}.jsonl")
        newest[rows[0].experiment] = rows
    return [row for rows in newest.values() for row in rows]


def append_run(path: Path, rows: Sequence[Row]) -> None:
    """Add the rows of one finished run in a single write, flushed to disk, so that a kill loses at most this run."""
    line = run_line(rows)
    with locked(path):
        lines = list(_lines(path).values())
        if lines and not _is_whole(path, lines[-1]):
            write_bytes(path, b"".join(line + b"\n" for line in lines[:-1]))
        elif path.exists() and not path.read_bytes().endswith(b"\n"):  # the new line would be glued to the last one
            line = b"\n" + line
        with path.open("ab") as file:
            file.write(line + b"\n")
            file.flush()
            os.fsync(file.fileno())


def settle(path: Path) -> list[Row]:
    """Sort the file by runs, drop what newer runs replaced, and return its rows."""
    with locked(path):
        _write(path, read_rows(path))
        return read_rows(path)


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """Replace the file by `rows`, sorted, one line per run: no old row survives unseen."""
    with locked(path):
        _write(path, rows)


def run_line(rows: Sequence[Row]) -> bytes:
    """Return the line of one run.

    Raises:
        ValueError: there are no rows, they are of different runs, or two of them are the same fact.
    """
    if not rows or len({(row.experiment, row.origin.run) for row in rows}) > 1:
        raise ValueError(f"{len(rows)} rows of {len({row.experiment for row in rows})} runs: expected those of one run")
    _check_doubles(rows)
    first = rows[0]
    content = {
        "run": first.origin.run,
        "study": first.study,
        "seed": first.seed,
        **{name: value for name, value in asdict(first.origin).items() if name != "run"},
        "rows": [_short(row) for row in rows],
    }
    rest = json.dumps(content)[1:].encode()
    return f'{{"sum": "{_sum(rest)}", '.encode() + rest


def parse_run(line: bytes) -> list[Row]:
    """Return the rows of one line.

    Raises:
        ValueError: the line is not whole, was changed, or does not hold rows.
    """
    head = HEAD.match(line)
    if head is None or head[1].decode() != _sum(line[head.end() :]):
        raise ValueError(f"not a whole run: {line[:60]!r}… does not have the digest that it was written with")
    try:
        run = json.loads(line, object_pairs_hook=no_doubles)
        if set(run) - {"sum"} != RUN_KEYS or not isinstance(run["rows"], list) or not run["rows"]:
            raise ValueError(f"not a run: expected the keys {', '.join(sorted(RUN_KEYS))} and at least one row")
        origin = Origin(
            **{key: run[key] for key in RUN_KEYS - {"study", "seed", "rows", "uses"}}, uses=tuple(run["uses"])
        )
        rows = [_row(row, run["study"], run["seed"], origin) for row in run["rows"]]
    except (TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"not a run: {error}") from error
    _check_doubles(rows)
    return rows


def _row(content: Any, study: Any, seed: Any, origin: Origin) -> Row:
    if not isinstance(content, dict) or set(content) - ROW_KEYS or ROW_KEYS - set(content) - {"at", "detail"}:
        raise ValueError(f"not a row: {str(content)[:80]}; a row has the keys {', '.join(sorted(ROW_KEYS))}")
    return Row(study=study, seed=seed, origin=origin, **{**content, "at": {**origin.at, **content.get("at", {})}})


def _check_doubles(rows: Sequence[Row]) -> None:
    doubled = [group for group, n in Counter(row.group for row in rows).items() if n > 1]
    if doubled:
        raise ValueError(f"the same fact stands twice in one run: {doubled[0]}")


def recorded_rows(results: Path) -> list[Row]:
    """Return the rows of all studies that have records under `results`, to judge by: every line must be whole.

    Raises:
        ValueError: a line is not; names file and line.
    """
    return [row for path in sorted((results / "records").glob("*.jsonl")) for row in read_rows(path, whole=True)]


def _short(row: Row) -> dict[str, Any]:
    """What is the row's own, not its run's."""
    own = {name: key for name, key in row.at.items() if name not in row.origin.at or row.origin.at[name] != key}
    content = {"metric": row.metric, "value": row.value, "n": row.n, "direction": row.direction}
    return {**content, **({"at": own} if own else {}), **({} if row.detail is None else {"detail": row.detail})}


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of JSON, as its `object_pairs_hook`.

    Raises:
        ValueError: a key stands twice in it.
    """
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return content


def _lines(path: Path) -> dict[int, bytes]:
    """Return the lines of a file by number, but for empty ones; version control may have changed their ends."""
    lines = path.read_bytes().split(b"\n") if path.exists() else []
    return {number: line.removesuffix(b"\r") for number, line in enumerate(lines, 1) if line.strip()}


def _is_whole(path: Path, line: bytes) -> bool:
    try:
        parse_run(line)
    except ValueError:
        log.warning("%s: the last line is not whole; its run counts as not done", path)
        return False
    return True


def _write(path: Path, rows: Iterable[Row]) -> None:
    def run(row: Row) -> tuple[str, str]:
        return (repr(row.experiment), row.origin.run)

    runs = groupby(sorted(rows, key=run), key=run)  # stable: the rows of a run stay in the order they were measured in
    write_bytes(path, b"".join(run_line(list(own)) + b"\n" for _, own in runs))
