"""The clinic as cards: each case before and after, as the records of a results folder have it; torch-free."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lazyartist.clinic import CASES
from lazyartist.reporting.records import read_rows
from lazyartist.studies.clinic.tables import clinic_tables


if TYPE_CHECKING:
    from pathlib import Path


def clinic_cards(results: Path) -> dict[str, Any]:
    """Return a card for each case that was measured; none where nothing was.

    Raises:
        ValueError: the records are damaged; names the file.
    """
    records = results / "records" / "clinic.jsonl"
    if not records.exists():
        return {"note": f"Nothing is measured in {results}: `lazyartist run clinic` does it, in minutes.", "cards": []}
    glance = clinic_tables(read_rows(records))[0]
    cards = [dict(zip(glance.header, map(str, row), strict=True)) for row in glance.rows]
    for card in cards:
        name = card["case"].split()[0]
        card["picture"] = name if name in CASES and picture_of(results, name).exists() else ""
    return {"note": glance.note, "cards": cards}


def picture_of(results: Path, case: str) -> Path:
    """Return where the picture of a case lies."""
    return results / f"clinic_{case}.png"
