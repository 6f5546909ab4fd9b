"""One measured fact, and the files that facts are kept in."""

from __future__ import annotations

import json
import logging
import os
import tempfile

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal


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
        seconds: wall-clock seconds of the training behind this row. Not part of the fact.
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
    def identity(self) -> tuple[str | int, ...]:
        """Two rows with the same identity are two measurements of one thing: the later one counts."""
        return (*self.group, self.seed)

    def fact(self) -> dict[str, Any]:
        """Everything but the clock: what must be bit-identical when a run is repeated."""
        return {key: value for key, value in asdict(self).items() if key != "seconds"}

    def to_json(self) -> str:
        """Return one line of JSON, keys in a fixed order."""
        return json.dumps({key: value for key, value in asdict(self).items() if value is not None})

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
    """Read the rows of a file, the newest of each identity, in order. A missing file has none.

    A torn last line (the machine stopped while writing) is reported in the log and left out together with the
    other rows of its run, so that the run counts as not done.

    Raises:
        ValueError: a line that is not the last one cannot be read; the message names file and line.
    """
    if not path.exists():
        return []
    rows: dict[tuple[str | int, ...], Row] = {}
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        try:
            row = Row.from_json(line)
        except ValueError as error:
            if number < len(lines):
                raise ValueError(f"{path}, line {number}: {error}. Mend or delete that line.") from error
            torn = next(reversed(rows.values())).run if rows else ""
            log.warning("%s: the last line is torn; it and the other rows of its run are measured again", path)
            return [row for row in rows.values() if row.run != torn]
        rows.pop(row.identity, None)
        rows[row.identity] = row
    return list(rows.values())


def append_rows(path: Path, rows: Iterable[Row]) -> None:
    """Add the rows of one finished run in a single write, flushed to disk, so that a kill loses at most this run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    torn = path.exists() and (text := path.read_bytes()) and not text.endswith(b"\n")
    if torn:
        write_rows(path, read_rows(path))
    with path.open("a", encoding="utf-8") as file:
        file.write("".join(row.to_json() + "\n" for row in rows))
        file.flush()
        os.fsync(file.fileno())


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """Replace the file by `rows`, sorted, one a line, atomically: readable diffs, and no old row survives unseen."""
    write_text(path, "".join(row.to_json() + "\n" for row in sorted(rows, key=lambda row: row.identity)))


def write_text(path: Path, text: str) -> None:
    """Write a text file so that a reader sees either the old or the whole new content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False, newline="\n") as file:
        file.write(text)
    Path(file.name).chmod(0o644)
    Path(file.name).replace(path)
