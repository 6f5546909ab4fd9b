"""The tables of what the soak counted; torch-free."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lazyartist.reporting.table import Table, by
from lazyartist.studies import TABLES


if TYPE_CHECKING:
    from lazyartist.reporting.row import Row

# what was done -> title and note, in the order of the tables
PARTS = {
    "kill": (
        "Killed",
        "A study with two processes, and a process that writes rows, are killed and started again until they are "
        "done; then their rows are compared with those of one that was never killed.",
    ),
    "cut": (
        "Cut",
        "Of real records, with nothing, a line end or NULs behind the cut; a run that is known is not measured again.",
    ),
    "damage": (
        "Damaged",
        "Healed: fetched or made again, to the bit. Named: refused, or made again, with the file's name. Harmless: it "
        "says the same, to the pixel. Used or green: believed, which must not be.",
    ),
    "input": ("Bad inputs", "Refused: by an error that names the argument, within two seconds."),
    "hostile": ("Hostile files", "Ran or escaped: what the file was made to do was done."),
    "fuzz": ("Fuzzed", "By coverage, for as long as it says; uncaught: an error that is none of the documented ones."),
}
FIRST = "tried"


@TABLES.register("reliability")
def reliability_tables(rows: Sequence[Row]) -> list[Table]:
    """What was done to files, processes and arguments, and what came of it: one table for each kind of fault."""
    found = {str(part): own for (part,), own in by(rows, "part").items()}
    return [
        _table(*PARTS.get(part, (part, "")), found[part])
        for part in dict.fromkeys([*PARTS, *sorted(found)])
        if part in found
    ]


def _table(title: str, note: str, rows: Sequence[Row]) -> Table:
    outcomes = list(dict.fromkeys(row.metric for row in rows if row.metric != FIRST))
    lines = []
    for (what,), own in by(rows, "what").items():
        counts = {row.metric: row.value for row in own}
        cells = [f"{counts[name]:,.0f}" if name in counts else "–" for name in (FIRST, *outcomes)]
        lines.append([str(what), *cells])
    return Table(title, ("what", FIRST, *outcomes), lines, note)
