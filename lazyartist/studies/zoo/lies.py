"""Which lies the zoo shows, as datasets; torch-free."""

from __future__ import annotations


EVERYWHERE = ("mnist", "fashion")  # the images that every lie is told on
LIES = (
    *("", ":palette=near-hues", ":where=background", ":bias=corner_glyphs", ":bias=wave"),
    *(":bias=stroke_grating", ":bias=position", ":bias=colour_and_mark"),
)
PALETTES = ("hues", "classic", "classic-grey", "drawn")  # strokes in other colours
# honest limits, on the first of these images: what a network that pools over places learns no sooner than shapes
LIMITS = (":bias=size", ":bias=stroke_brightness", ":bias=place_mark", ":bias=corner_glyphs:corners=1")
ROOM = "room3d"  # a wall whose hue tells the shape of an object
ALL = (
    *(f"{images}{lie}" for images in EVERYWHERE for lie in LIES),
    *(f"{EVERYWHERE[0]}{limit}" for limit in LIMITS),
    ROOM,
)
