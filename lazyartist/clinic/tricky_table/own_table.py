"""A table of your own: read from a file, its words made numbers, its sites found."""

from __future__ import annotations

import hashlib
import math

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from numpy.typing import NDArray

from lazyartist.clinic.own_files import Stamp, needed, stamp_of
from lazyartist.clinic.tricky_table.table import Numbers
from lazyartist.data.folder_layouts import named
from lazyartist.data.folder_table import Table as Texts
from lazyartist.data.folder_table import read_csv
from lazyartist.data.notices import listed


PARQUET = (".parquet", ".pq")
NOTHING = frozenset(["", "na", "n/a", "#n/a", "nan", "null", "none", "<na>"])  # cells without a value, in lower case
WORDS = 20  # different ones that a column may have
LEAST_COLUMNS = 3  # holes are of three kinds
LEAST_SITES = 3  # training and test have sites of their own
LEAST_ROWS = 20  # of each site


@dataclass(frozen=True, eq=False)
class OwnTable:
    """A user's table in numbers.

    Attributes:
        values: (N, D); NaN where the table has no value. A column of words is one of 0 and 1 for each word.
        column: (D,) int64, which column of the file each of them is.
        columns: their names.
        numeric: of each column of the file, whether it holds numbers.
        target: (N,), positive.
        site: (N,) int64, the place of each row's site among `sites`.
        sites: their names.
        fingerprint: SHA-256 of what the file says.
    """

    values: Numbers
    column: NDArray[np.int64]
    columns: tuple[str, ...]
    numeric: tuple[bool, ...]
    target: Numbers
    site: NDArray[np.int64]
    sites: tuple[str, ...]
    fingerprint: str


def own_table(path: str | Path, target: str, site: str) -> OwnTable:
    """Read a table: CSV, with a header, or Parquet, for which pyarrow must be installed.

    Args:
        path: of the file; every ending but .parquet and .pq is CSV, its cells apart by commas, semicolons or tabs.
        target: the column with the target, numbers above 0.
        site: the column with the site, numbers or words.

    Raises:
        ValueError: the file or what is in it cannot be used; names the file, columns and lines, and says what to do.
    """
    return _read(stamp_of(path, "table= to be the path of a CSV or Parquet file"), target, site)


@lru_cache(maxsize=1)
def _read(stamp: Stamp, target: str, site: str) -> OwnTable:
    path = stamp.path
    parquet = path.suffix.lower() in PARQUET
    texts = _parquet(path) if parquet else read_csv(path)
    reading = _Reading(path, texts, "row" if parquet else "line")
    goal, place = reading.named(target, "target"), reading.named(site, "site")
    if goal == place:
        raise ValueError(f"{path}: the column {goal} cannot be target and site at once: name two")
    names = [name for name in texts.columns if name not in (goal, place)]
    if len(names) < LEAST_COLUMNS:
        came = ", ".join(names) or "none"
        raise ValueError(f"{path}: expected {LEAST_COLUMNS} columns or more beside {goal} and {place}, got {came}")
    values, column, numeric = [], [], []
    for number, name in enumerate(names):
        found, is_numeric = reading.numbers(name)
        values.append(found)
        column += [number] * found.shape[1]
        numeric.append(is_numeric)
    codes, sites = reading.sites(place)
    return OwnTable(
        np.concatenate(values, 1),
        np.asarray(column, dtype=np.int64),
        tuple(names),
        tuple(numeric),
        reading.positive(goal),
        codes,
        sites,
        hashlib.sha256(repr(sorted(texts.columns.items())).encode()).hexdigest(),
    )


def _parquet(path: Path) -> Texts:
    """Read a Parquet file as texts; the index that pandas writes is left out, as it is from CSV."""
    parquet = needed("pyarrow.parquet", "pyarrow", f"{path} is a Parquet file; a CSV file needs nothing more")
    try:
        columns = parquet.read_table(path).to_pydict()
    except (OSError, ValueError) as error:  # pyarrow's own errors are among these
        raise ValueError(f"{path} cannot be read as Parquet ({error}): save the table again, or as CSV") from error
    kept = {name: cells for name, cells in columns.items() if not name.startswith("__index_level_")}
    texts = {name: ["" if cell is None else str(cell).strip() for cell in cells] for name, cells in kept.items()}
    rows = len(next(iter(texts.values()), ()))
    if not rows:
        raise ValueError(f"{path}: expected a table with rows, got none")
    return Texts(path.name, texts, range(1, rows + 1))


@dataclass(frozen=True, eq=False)
class _Reading:
    """A table of texts on its way to numbers: every problem says where it stands."""

    path: Path
    texts: Texts
    unit: str  # what a row of the file is called

    def named(self, name: str, knob: str) -> str:
        found = named([name], self.texts.columns)
        if not found:
            known = ", ".join(self.texts.columns)
            raise ValueError(f"{knob}={name!r}: {self.path} has no such column; it has {known}")
        return found

    def numbers(self, name: str) -> tuple[Numbers, bool]:
        """Return a column as numbers (N, 1), or one of words as a column for each word (N, W)."""
        cells = self.texts.columns[name]
        there = [row for row, cell in enumerate(cells) if not _is_nothing(cell)]
        if not there:
            raise ValueError(f"{self.path}: the column {name} has no value in any {self.unit}: remove it")
        words = [row for row in there if _number(cells[row]) is None]
        if not words:
            self._refuse(
                name, [row for row in there if not math.isfinite(_number(cells[row]) or 0.0)], "finite numbers"
            )
            found = [math.nan if _is_nothing(cell) else _number(cell) for cell in cells]
            return np.asarray(found, dtype=np.float64)[:, None], True
        if len(words) < len(there):
            rarer = min(words, [row for row in there if row not in set(words)], key=len)
            self._refuse(name, rarer, "numbers in all rows, or words in all, as in most")
        kinds = sorted({cells[row] for row in there})
        if len(kinds) > WORDS:
            few = ", ".join(repr(cells[row]) for row in there[:3])
            raise ValueError(
                f"{self.path}: the column {name} has {len(kinds):,} different words, such as {few}: expected numbers, "
                f"with a point before decimals, or up to {WORDS} words; remove it, or name groups of words"
            )
        codes = np.asarray(
            [[math.nan] * len(kinds) if _is_nothing(cell) else [cell == kind for kind in kinds] for cell in cells]
        )
        return codes.astype(np.float64), False

    def positive(self, name: str) -> Numbers:
        """Return the target (N,)."""
        cells = self.texts.columns[name]
        found = [_number(cell) for cell in cells]
        bad = [row for row, number in enumerate(found) if number is None or not 0 < number < math.inf]
        self._refuse(name, bad, "numbers above 0, since the logarithm of the target is predicted")
        if len(set(found)) < 2:
            raise ValueError(
                f"{self.path}: the column {name} is the same in every {self.unit}: expected another target"
            )
        return np.asarray(found, dtype=np.float64)

    def sites(self, name: str) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        """Return which site each row is from (N,), and the names of the sites."""
        cells = self.texts.columns[name]
        self._refuse(name, [row for row, cell in enumerate(cells) if _is_nothing(cell)], "the name of a site")
        names, codes, counts = np.unique(cells, return_inverse=True, return_counts=True)
        if len(names) < LEAST_SITES:
            came = ", ".join(names.tolist())
            raise ValueError(f"{self.path}: expected {LEAST_SITES} sites or more in the column {name}, got {came}")
        few = [f"{site}: {count}" for site, count in zip(names, counts, strict=True) if count < LEAST_ROWS]
        if few:
            raise ValueError(
                f"{self.path}: expected {LEAST_ROWS} rows or more from each site: put sites that are alike together in "
                f"the column {name}, or remove their rows:{listed(few)}"
            )
        return codes.astype(np.int64), tuple(names.tolist())

    def _refuse(self, name: str, rows: Sequence[int], expected: str) -> None:
        if rows:
            cells, lines = self.texts.columns[name], self.texts.lines
            places = [f"{self.unit} {lines[row]}: {cells[row]!r}" for row in rows]
            raise ValueError(
                f"{self.path}: the column {name}: expected {expected}; mend these cells or remove the rows:"
                f"{listed(places)}"
            )


def _is_nothing(cell: str) -> bool:
    return cell.lower() in NOTHING


def _number(cell: str) -> float | None:
    if _is_nothing(cell) or "_" in cell:  # 1_000 is a number in Python alone
        return None
    try:
        return float(cell)
    except ValueError:
        return None
