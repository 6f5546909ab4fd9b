"""From records to what people look at: tables as Markdown and CSV, figures as SVG, the blocks of the README."""

from __future__ import annotations

import re

from functools import partial
from typing import TYPE_CHECKING

from lazyartist.files import write_text
from lazyartist.reporting.row import read_rows
from lazyartist.reporting.table import as_csv
from lazyartist.reporting.tables import RENDERERS


if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lazyartist.reporting.row import Row

# studies whose tables go by the name of what they compare
FILES = {"cures": "strategies"}


def publish(results: Path, *, figures: bool = True) -> list[Path]:
    """Write a table and a figure for every study that has records under `results`; return the paths.

    The same records give the same bytes.
    """
    written = []
    for study, render in RENDERERS.items():
        rows = read_rows(results / "records" / f"{study}.jsonl")
        if not rows:
            continue
        stem = results / FILES.get(study, study)
        write_text(stem.with_suffix(".md"), "\n".join(table.markdown() for table in render(rows)))
        write_text(stem.with_suffix(".csv"), as_csv(rows))
        written += [stem.with_suffix(".md"), stem.with_suffix(".csv")]
        if figures:
            from lazyartist.reporting.figures import DRAWERS, save

            if study in DRAWERS:
                save(partial(DRAWERS[study], rows), stem.with_suffix(".svg"))
                written.append(stem.with_suffix(".svg"))
    return written


def recorded_rows(results: Path) -> list[Row]:
    """Return the rows of all studies that have records under `results`."""
    return [row for path in sorted((results / "records").glob("*.jsonl")) for row in read_rows(path)]


def fill_readme(text: str, rows: Sequence[Row]) -> str:
    """Return a README whose blocks `<!-- table: STUDY WORD … --> … <!-- end -->` hold the tables of `rows`.

    Each further word is a dataset or a network: the table is of rows that have it.

    Raises:
        ValueError: there are no rows for a block.
    """

    def block(match: re.Match[str]) -> str:
        study, *words = match[1].split()
        mine = [row for row in rows if row.study == study and set(words) <= {row.dataset, row.model}]
        if study not in RENDERERS or not mine:
            raise ValueError(f"the README wants a table of {match[1]!r}, but there are no rows of it")
        return f"<!-- table: {match[1]} -->\n{RENDERERS[study](mine)[0].body()}\n<!-- end -->"

    return re.sub(r"<!-- table: (.+?) -->\n.*?<!-- end -->", block, text, flags=re.DOTALL)
