"""One measured fact, and the files that facts are kept in."""

from __future__ import annotations

import json
import logging
import os
import re

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock

from lazyartist.files import write_text


log = logging.getLogger(__name__)

Direction = Literal["higher", "lower", ""]


@dataclass(frozen=True)
class Row:
    """One fact: what was measured, on what, how, and by which versions.

    Attributes:
        study: "lazy", "cures", ...; also the name of the file that the row is kept in.
        dataset: "mnist", "fashion", "digits", or a user's own name.
        task: how the dataset was painted, in words: correlation, place of the colour, palette.
        model: name of the network.
        strategy: the way it was trained.
        uses: what that strategy was handed besides images and labels, in words; empty for nothing.
        seed: the seed of data, initial weights and order.
        budget: how long it was trained, in words.
        metric: what was measured. Accuracies are fractions.
        value: the measured number.
        n: how many samples `value` is over.
        direction: which way is better; empty for a description that no gate should judge.
        data: SHA-256 fingerprint of the training data.
        versions: of lazyartist, Python and torch.
        threads: torch's threads per process: another number gives other bits.
        seconds: seconds of processor time of the training behind this row. Not part of the fact.
        run: digest of everything that went into the run; rows with the same run are the same experiment.
        detail: the numbers behind `value`, where there are any: a confusion matrix, one number per image.
    """

    study: str
    dataset: str
    task: str
    model: str
    strategy: str
    uses: str
    seed: int
    budget: str
    metric: str
    value: float
    n: int
    direction: Direction
    data: str
    versions: dict[str, str]
    threads: int
    seconds: float
    run: str = ""
    detail: list[Any] | None = field(default=None, hash=False)

    @property
    def group(self) -> tuple[str, ...]:
        """What a table aggregates over seeds: everything that names the experiment but the seed."""
        return (self.study, self.dataset, self.task, self.model, self.strategy, self.budget, self.metric)

    @property
    def experiment(self) -> tuple[str | int, ...]:
        """What was measured on: a newer run of the same experiment replaces all rows of an older one."""
        return (*self.group[:-1], self.seed)

    @property
    def identity(self) -> tuple[str | int, ...]:
        """Two rows with the same identity are two measurements of one thing: the later one counts."""
        return (*self.group, self.seed)

    def fact(self) -> dict[str, Any]:
        """Everything but the clock: what must be bit-identical when a run is repeated."""
        return {key: value for key, value in asdict(self).items() if key != "seconds"}

    def to_json(self) -> str:
        """Return one line of JSON; the run comes first, so that even a torn line says whose it was."""
        data = {"run": self.run, **asdict(self)}
        return json.dumps({key: value for key, value in data.items() if value is not None})

    @classmethod
    def from_json(cls, line: str) -> Row:
        """Read one line of JSON.

        Raises:
            ValueError: the line is not JSON, or lacks or adds a key.
        """
        data = json.loads(line)
        known = {f.name for f in fields(cls)}
        if not isinstance(data, dict) or set(data) - known or known - set(data) - {"run", "detail"}:
            raise ValueError(f"not a row: {line[:80]!r}; a row has the keys {', '.join(sorted(known))}")
        return cls(**data)


def read_rows(path: Path) -> list[Row]:
    """Read the rows of a file: of every experiment those of its newest run. A missing file has none.

    A torn last line (the machine stopped while writing) is reported in the log and left out together with the
    other rows of its run, so that the run counts as not done.

    Raises:
        ValueError: a line that is not the last one cannot be read; the message names file and line.
    """
    if not path.exists():
        return []
    newest: dict[tuple[str | int, ...], dict[tuple[str | int, ...], Row]] = {}
    torn = None
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    for number, line in enumerate(lines, 1):
        try:
            row = Row.from_json(line)
        except ValueError as error:
            if number < len(lines):
                raise ValueError(f"{path}, line {number}: {error}. Mend or delete that line.") from error
            log.warning("%s: the last line is torn; its run is measured again", path)
            torn = re.match(r'{"run": "(\w+)"', line)
            break
        rows = newest.setdefault(row.experiment, {})
        if any(old.run != row.run for old in rows.values()):
            rows.clear()
        rows[row.identity] = row
    found = [row for rows in newest.values() for row in rows.values()]
    return [row for row in found if torn is None or row.run != torn[1]]


def append_rows(path: Path, rows: Iterable[Row]) -> None:
    """Add the rows of one finished run in a single write, flushed to disk, so that a kill loses at most this run."""
    with _locked(path):
        if path.exists() and path.read_bytes()[-1:] not in (b"", b"\n"):  # torn: do not glue two lines together
            _write(path, read_rows(path))
        with path.open("a", encoding="utf-8") as file:
            file.write("".join(row.to_json() + "\n" for row in rows))
            file.flush()
            os.fsync(file.fileno())


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """Replace the file by `rows`, sorted, one a line: readable diffs, and no old row survives unseen."""
    with _locked(path):
        _write(path, rows)


def settle(path: Path) -> list[Row]:
    """Sort the file, drop what newer runs replaced, and return its rows."""
    with _locked(path):
        _write(path, read_rows(path))
        return read_rows(path)


def _write(path: Path, rows: Iterable[Row]) -> None:
    write_text(path, "".join(row.to_json() + "\n" for row in sorted(rows, key=lambda row: row.identity)))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Keep other processes from writing the same file between a read and the write that follows from it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock")):
        yield
