"""From records to what people look at: tables as Markdown and CSV, figures as SVG, the blocks of the README."""

from __future__ import annotations

import re

from typing import TYPE_CHECKING

from lazyartist.reporting.row import read_rows, write_text
from lazyartist.reporting.tables import RENDERERS, as_csv


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
        write_text(stem.with_suffix(".md"), render(rows).markdown())
        write_text(stem.with_suffix(".csv"), as_csv(rows))
        written += [stem.with_suffix(".md"), stem.with_suffix(".csv")]
        if figures:
            from lazyartist.reporting.figures import DRAWERS, save

            if study in DRAWERS:
                save(DRAWERS[study](rows), stem.with_suffix(".svg"))
                written.append(stem.with_suffix(".svg"))
    return written


def fill_readme(text: str, rows: Sequence[Row]) -> str:
    """Return a README whose blocks `<!-- table: STUDY --> … <!-- end -->` hold the tables of `rows`."""

    def block(match: re.Match[str]) -> str:
        study = match[1]
        body = RENDERERS[study]([row for row in rows if row.study == study]).body()
        return f"<!-- table: {study} -->\n{body}\n<!-- end -->"

    return re.sub(r"<!-- table: (\w+) -->\n.*?<!-- end -->", block, text, flags=re.DOTALL)
