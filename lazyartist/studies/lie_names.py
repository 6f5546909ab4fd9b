"""What each lie is called in tables and figures; torch-free."""

from __future__ import annotations

from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Iterable

    from lazyartist.reporting.row import At, Row

USUAL = "stroke colour"  # the exercise's own, which goes without saying
NO_LIE = "no lie"  # ten values, drawn without regard to the class
# what stands in tables, in this order; a lie that has no line here goes by its name
NAMES = {
    "colour": USUAL,
    "near-hues": "near hues",
    "background": "backdrop",
    "corner_glyphs": "corner glyphs",
    "wave": "wave",
    "stroke_grating": "grating",
    "position": "position",
    "colour_and_mark": "colour and mark",
}


def lie_of(at: At) -> str:
    """Return what a row's lie is called: the colour by its palette or place, any other by its name and knobs."""
    bias = str(at.get("bias", ""))
    if not bias:
        return ""
    palette = str(at.get("palette", "hues"))
    if bias == "colour":
        bias = "background" if at.get("where") == "background" else "colour" if palette == "hues" else palette
    name, _, knobs = bias.partition(":")
    about = palette if bias == "background" and palette != "hues" else knobs.replace("=", " ")
    words = NAMES.get(name, name.replace("_", " ")) + (f" ({about})" if about else "")
    correlation = at.get("correlation", 0.95)
    if correlation == 0.1:
        return NO_LIE
    return words if correlation == 0.95 else f"{words}, {correlation:g}"


def in_order(lies: Iterable[str]) -> list[str]:
    """Return lies in the order of `NAMES`, the others behind them."""
    known = list(NAMES.values())
    return sorted(set(lies), key=lambda lie: (known.index(lie) if lie in known else len(known), lie))


def lies_told(rows: Iterable[Row]) -> list[str]:
    """Return the lies of rows in order, without those where there is none to tell."""
    return [lie for lie in in_order(lie_of(row.at) for row in rows) if lie != NO_LIE]


def dataset_words(at: At) -> str:
    """Return a row's dataset, and behind it its lie if that is not the usual one: "mnist", "mnist, wave"."""
    lie = lie_of(at)
    return str(at["dataset"]) if lie in {"", USUAL} else f"{at['dataset']}, {lie}"
