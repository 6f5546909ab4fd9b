"""Tables beside images: the lines of a metadata file as texts by column, each of which knows its line."""

from __future__ import annotations

import csv
import io

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lazyartist.data.notices import listed


@dataclass(frozen=True, eq=False)
class Table:
    """A metadata file.

    Attributes:
        file: its name.
        columns: the name of each column -> N texts, without white space around them.
        lines: (N,) the line that each row stands on, counted from 1.
    """

    file: str
    columns: Mapping[str, Sequence[str]]
    lines: Sequence[int]

    def __len__(self) -> int:
        return len(self.lines)

    def line(self, row: int) -> str:
        """Return where a row stands: "metadata.csv, line 17"."""
        return f"{self.file}, line {self.lines[row]}"

    def rows(self, kept: Sequence[int]) -> Table:
        """Return some of the rows."""
        columns = {name: [texts[row] for row in kept] for name, texts in self.columns.items()}
        return Table(self.file, columns, [self.lines[row] for row in kept])


def read_csv(path: Path) -> Table:
    """Read a table with a header whose cells are apart by commas, semicolons or tabs.

    Columns without a name, such as the row numbers that pandas writes, are left out; so are empty lines.

    Raises:
        ValueError: it is no text in UTF-8, has no rows, two columns of a name, or rows of another length than the
            header; names file and lines.
    """
    text = _text(path)
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    try:
        rows = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise ValueError(f"{path}, line {reader.line_num}: {error}") from error
    return _table(path, rows[0][1] if rows else [], rows[1:])


def read_spaced(path: Path, header: Sequence[str] = ()) -> Table:
    """Read a table as CelebA's text files are: cells apart by spaces, and the first one has no name in the header.

    The number of images may stand on a line of its own before the header.

    Args:
        path: of the file.
        header: names of the columns, if the file has none.

    Raises:
        ValueError: as `read_csv` does.
    """
    rows = [(number, line.split()) for number, line in enumerate(_text(path).splitlines(), 1) if line.strip()]
    if not header:
        rows = rows[1:] if rows and len(rows[0][1]) == 1 and rows[0][1][0].isdecimal() else rows
        header, rows = ["file", *rows[0][1]] if rows else [], rows[1:]
    return _table(path, header, rows)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: byte {error.start} is not UTF-8: save the table as a CSV file in UTF-8") from error


def _table(path: Path, header: Sequence[str], rows: Sequence[tuple[int, list[str]]]) -> Table:
    names = [name.strip() for name in header]
    if not rows:
        raise ValueError(f"{path}: expected a line with the names of columns and a line for each image")
    if twice := sorted({name for name in names if name and names.count(name) > 1}):
        raise ValueError(f"{path}: the column {', '.join(twice)} is there twice: give it another name")
    if wrong := [
        f"line {line}: {len(cells)} cells, {len(names)} columns" for line, cells in rows if len(cells) != len(names)
    ]:
        raise ValueError(f"{path}: expected a cell for each column, with quotes where it holds a comma:{listed(wrong)}")
    columns = {name: [cells[place].strip() for _, cells in rows] for place, name in enumerate(names) if name}
    return Table(path.name, columns, [line for line, _ in rows])
