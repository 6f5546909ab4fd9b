"""From records to what people look at: tables as Markdown and CSV, figures as SVG, the blocks of the README."""

from __future__ import annotations

import re

from functools import partial
from typing import TYPE_CHECKING

from lazyartist.files import write_text
from lazyartist.reporting.gate import read_baseline
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


def blessed_rows(results: Path) -> list[Row]:
    """Return what the README may cite: the blessed rows of the main job, and the speeds last measured on purpose."""
    return [*read_baseline(results / "baseline.json"), *read_rows(results / "records" / "speed.jsonl")]


def fill_readme(text: str, rows: Sequence[Row]) -> str:
    """Return a README whose blocks `<!-- table: STUDY --> … <!-- end -->` hold the tables of `rows`.

    Raises:
        ValueError: there are no rows for a block.
    """

    def block(match: re.Match[str]) -> str:
        study = match[1]
        mine = [row for row in rows if row.study == study]
        if study not in RENDERERS or not mine:
            raise ValueError(f"the README wants a table of {study!r}, but there are no blessed rows of it")
        tables = RENDERERS[study](mine)
        body = "\n\n".join(
            f"**{table.title}**\n\n{table.body()}" if len(tables) > 1 else table.body() for table in tables
        )
        return f"<!-- table: {study} -->\n{body}\n<!-- end -->"

    return re.sub(r"<!-- table: (\w+) -->\n.*?<!-- end -->", block, text, flags=re.DOTALL)
