"""What the studies of noise, their tables and their figures share: names and their order; torch-free."""

from __future__ import annotations

from typing import Literal, get_args


SOURCE, TARGET = 7, 3  # a 7 becomes a 3, says the exercise
QUERIES = 10_000  # to the model per image, by random noise; the Square attack has a tenth

# the values of the key "paint": what colour, or other attribute, the attacked images have
Paint = Literal["own", "other", "grey"]
PAINTS: tuple[Paint, ...] = get_args(Paint)

MINIMAL = "minimal_epsilon"  # for more than 90 % confidence in the target
FLIP = "flip_epsilon"  # for the target to be the answer, however sure
CERTIFIED = "certified_epsilon"  # proven to be too little
MATCHED = "matched_epsilon"  # minimal, of models that are equally confident before the noise
RECOLOUR = "recolour_epsilon"  # on the straight way to the target's attribute
PAIR = "pair_epsilon"  # minimal, from every class to every other
