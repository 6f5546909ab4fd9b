"""Which lies the zoo shows, as knobs of a dataset, and on which images; torch-free."""

from __future__ import annotations


EVERYWHERE = ("mnist", "fashion")
LIES = (
    *("", ":palette=near-hues", ":where=background", ":bias=corner_glyphs", ":bias=wave"),
    *(":bias=stroke_grating", ":bias=position", ":bias=colour_and_mark"),
)
