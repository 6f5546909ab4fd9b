"""From records to what people look at: tables as Markdown and CSV, figures as SVG, the blocks of a document."""

from __future__ import annotations

import re

from functools import partial
from typing import TYPE_CHECKING

from lazyartist.files import write_text
from lazyartist.reporting.records import read_rows
from lazyartist.reporting.stats import estimate
from lazyartist.reporting.table import INTERVAL, Table, as_csv, by, with_interval
from lazyartist.studies import FIGURES, TABLES


if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lazyartist.reporting.row import Row


def tables_of(study: str, rows: Sequence[Row]) -> list[Table]:
    """Return the tables of a study's rows: its own, or a plain one if it has none."""
    return TABLES[study](rows) if study in TABLES else [plain_table(study, rows)]


def plain_table(study: str, rows: Sequence[Row]) -> Table:
    """Return every group of rows with its mean over seeds; keys that are the same everywhere stand in the note."""
    names = sorted({name for row in rows for name in row.at})
    differ = [name for name in names if len({row.at.get(name) for row in rows}) > 1]
    same = ", ".join(f"{name} {rows[0].at[name]}" for name in names if name not in differ)
    lines = []
    for (*where, metric), runs in by(rows, *differ, "metric").items():
        e = estimate(row.value for row in runs)
        lines.append([*map(str, where), metric, with_interval(e, 4), str(e.n)])
    return Table(study, (*differ, "metric", "mean", "seeds"), lines, f"{INTERVAL} {same}")


def publish(results: Path, studies: Sequence[str] = (), *, figures: bool = True) -> list[Path]:
    """Write tables and figures of the studies, by default of all that have records under `results`; return the paths.

    The same records give the same bytes.
    """
    written = []
    for path in sorted((results / "records").glob("*.jsonl")):
        study = path.stem
        if (studies and study not in studies) or not (rows := read_rows(path)):
            continue
        stem = results / study
        write_text(stem.with_suffix(".md"), "\n".join(table.markdown() for table in tables_of(study, rows)))
        write_text(stem.with_suffix(".csv"), as_csv(rows))
        written += [stem.with_suffix(".md"), stem.with_suffix(".csv")]
        if figures and study in FIGURES:
            from lazyartist.reporting.figure import save

            save(partial(FIGURES[study], rows), stem.with_suffix(".svg"))
            written.append(stem.with_suffix(".svg"))
    return written


def fill_blocks(text: str, results: Path) -> str:
    """Return a document whose blocks `<!-- table: STUDY WORD … --> … <!-- end -->` hold a table of its rows.

    Each further word is the value of a key, a dataset or a network: the table is of rows that have it. `columns=2,4,5`
    shows those columns alone, counted from 1, in this order; `table=3` shows the third table in place of the first.

    Raises:
        ValueError: there are no rows, or no such table, for a block.
    """

    def block(match: re.Match[str]) -> str:
        study, *words = match[1].split()
        how = dict(word.split("=") for word in words if word.startswith(("columns=", "table=")))
        wanted = {word for word in words if word.partition("=")[0] not in how}
        rows = read_rows(results / "records" / f"{study}.jsonl")
        rows = [row for row in rows if wanted <= set(map(str, row.at.values()))]
        if not rows:
            raise ValueError(f"the document wants a table of {match[1]!r}, but there are no rows of it")
        tables, place = tables_of(study, rows), int(how.get("table", 1))
        if not 1 <= place <= len(tables):
            raise ValueError(f"the document wants a table of {match[1]!r}, but there are {len(tables)} of them")
        table = tables[place - 1]
        if "columns" in how:
            table = table.columns([int(number) - 1 for number in how["columns"].split(",")])
        return f"<!-- table: {match[1]} -->\n{table.body()}\n<!-- end -->"

    return re.sub(r"<!-- table: (.+?) -->\n.*?<!-- end -->", block, text, flags=re.DOTALL)
