"""What the study of the zoo measures, by name, and what each lie is called; torch-free."""

from __future__ import annotations

from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Iterable

    from lazyartist.reporting.row import At

# of two lazy models that differ in their first weights alone, see `lazyartist.strategies.witnesses`
SCORE = "lie_score"
AGREEMENT, EVENNESS = "error_agreement", "mistake_evenness"
# of Grad-CAM's maps of the first layer: what lies on pixels that the attribute changes; and how many those are
MARK_SHARE, MARK_AREA = "relevance_on_mark", "pixels_of_mark"
SAID_TO_LIE = 0.5  # agreement times evenness over which two models are said to have read the same lie

NO_LIE = "no lie"  # ten values, drawn without regard to the class
# what stands in tables, in this order; a lie that has no line here goes by its name
NAMES = {
    "colour": "stroke colour",
    "near-hues": "near hues",
    "background": "backdrop",
    "corner_glyphs": "corner glyphs",
    "wave": "wave",
    "stroke_grating": "grating",
    "position": "position",
    "colour_and_mark": "colour and mark",
}


def only(factor: str) -> str:
    """Return the metric of how many are right where one of several attributes misleads, and the others do not."""
    return f"only_{factor}_accuracy"


def lie_of(at: At) -> str:
    """Return what a row's lie is called: the colour by its palette or place, any other by its name and knobs."""
    bias = str(at.get("bias", ""))
    if bias == "colour":
        palette = str(at.get("palette", "hues"))
        bias = "background" if at.get("where") == "background" else "colour" if palette == "hues" else palette
    name, _, knobs = bias.partition(":")
    words = NAMES.get(name, name.replace("_", " ")) + (f" ({knobs.replace('=', ' ')})" if knobs else "")
    correlation = at.get("correlation", 0.95)
    if correlation == 0.1:
        return NO_LIE
    return words if correlation == 0.95 else f"{words}, {correlation:g}"


def in_order(lies: Iterable[str]) -> list[str]:
    """Return lies in the order of `NAMES`, the others behind them."""
    known = list(NAMES.values())
    return sorted(set(lies), key=lambda lie: (known.index(lie) if lie in known else len(known), lie))
