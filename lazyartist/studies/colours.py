"""The colours of lines and bars: one per strategy, the same in every figure; torch-free."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING
from zlib import crc32

from lazyartist.reporting.table import by
from lazyartist.studies.lazy import CONTROL, LAZY


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lazyartist.reporting.row import Row

COLOURS = {
    LAZY: "#d1495b",
    "erm": "#8d99ae",
    "focal": "#edae49",
    "colour_consistency": "#00798c",
    "oracle": "#30343f",
    CONTROL: "#6c757d",
    "recoloured_reversal": "#2a9d8f",
    "second_opinion": "#7a5195",
    "adversarial_training": "#2f4b7c",
    "edge_saliency": "#b5651d",
}
# what comes new takes one of these by its name, so that it has the same in every figure
SPARE = (
    *("#4f772d", "#66a182", "#bc5090", "#5fa8d3", "#c9a227"),
    *("#606c38", "#f28482", "#a5a58d", "#6d2e46"),
)
TELLABLE = 12  # so many colours the eye keeps apart
FAINT = "#c8ccd4"


def in_colour(rows: Iterable[Row]) -> Iterator[tuple[str, str, list[Row]]]:
    """Yield each strategy's name, its colour and its rows; in a crowd, what has no colour of its own is faint."""
    strategies = by(rows, "strategy")
    crowd = len(strategies) > TELLABLE
    taken: set[str] = set()
    for (name,), own in strategies.items():
        colour = COLOURS.get(name, FAINT) if crowd else colour_of(name, taken)
        taken.add(colour)
        yield name, colour, own


def colour_of(name: str, taken: Collection[str] = ()) -> str:
    """Return the colour of a strategy; what has none of its own has the next spare one where its own is `taken`."""
    if name in COLOURS:
        return COLOURS[name]
    first = crc32(name.encode()) % len(SPARE)
    turned = [*SPARE[first:], *SPARE[:first]]
    return next((colour for colour in turned if colour not in taken), turned[0])
