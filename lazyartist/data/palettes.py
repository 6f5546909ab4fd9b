"""Ten colours, one per class."""

from __future__ import annotations

import colorsys

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from torch import Tensor

from lazyartist.registry import unknown
from lazyartist.seeding import seed_from


@dataclass(frozen=True)
class Palette:
    """Colours in class order.

    Attributes:
        name: how tables call it.
        colours: (red, green, blue), each in [0, 1], one colour per class, all different and none black.
        words: what to call each colour in text and figures.
    """

    name: str
    colours: tuple[tuple[float, float, float], ...]
    words: tuple[str, ...]

    def __post_init__(self) -> None:
        table = self.tensor()
        if table.ndim != 2 or table.shape[1] != 3 or len(table) < 2:
            raise ValueError(f"a palette has shape (classes, 3) with at least two classes, got {tuple(table.shape)}")
        if not bool(((table >= 0) & (table <= 1)).all()):  # a NaN fails this too
            raise ValueError(f"colours lie in [0, 1], got {self.colours}; divide by 255 if yours are bytes")
        if len(set(self.colours)) < len(table) or bool((table.amax(1) == 0).any()):
            raise ValueError(f"colours must differ and none may be black, which hides the stroke; got {self.colours}")
        if len(self.words) != len(self.colours):
            raise ValueError(f"{len(self.colours)} colours need as many words, got {len(self.words)}")

    def tensor(self) -> Tensor:
        """Return the colours as (classes, 3) float32."""
        try:
            return torch.tensor(self.colours, dtype=torch.float32)
        except (TypeError, ValueError) as error:
            raise ValueError(f"a palette is a list of (red, green, blue), got {self.colours!r}") from error


def _hue(degrees: float) -> tuple[float, float, float]:
    return colorsys.hsv_to_rgb(degrees / 360, 1.0, 1.0)


# Ten hues 36° apart, full saturation and value, so that hue is the one thing that tells them apart. 0 is red, 1 green,
# 2 blue. The order of the others decides how purely a lazy model reads colour, since neighbouring hues invite a look at
# the shape. It was chosen for the lazy model alone, among a few that were compared on both datasets; no cure had a say.
HUES = Palette(
    "hues",
    tuple(_hue(h) for h in (0, 108, 216, 36, 144, 252, 72, 180, 288, 324)),
    ("red", "green", "blue", "orange", "emerald", "indigo", "lime", "cyan", "violet", "pink"),
)
# The two palettes most used in public solutions of the exercise: both tell some classes apart by lightness too.
CLASSIC = Palette(
    "classic",
    (
        (1, 0, 0),
        (0, 1, 0),
        (0, 0, 1),
        (1, 1, 0),
        (0, 1, 1),
        (1, 0, 1),
        (1, 0.5, 0),
        (0, 0.5, 0),
        (0.5, 0, 0.5),
        (0, 0.5, 0.5),
    ),
    ("red", "green", "blue", "yellow", "cyan", "magenta", "orange", "dark green", "purple", "teal"),
)
CLASSIC_GREY = Palette(
    "classic-grey",
    (
        (1, 0, 0),
        (0, 1, 0),
        (0, 0, 1),
        (1, 1, 0),
        (1, 0, 1),
        (0, 1, 1),
        (1, 0.5, 0),
        (0.5, 0, 1),
        (0, 0.5, 0),
        (0.5, 0.5, 0.5),
    ),
    ("red", "lime", "blue", "yellow", "magenta", "cyan", "orange", "violet", "dark green", "grey"),
)
# Ten hues 12° apart: a lie that takes longer to read, since neighbours look alike.
NEAR_HUES = Palette(
    "near-hues",
    tuple(_hue(12 * step) for step in (0, 3, 6, 9, 1, 4, 7, 2, 5, 8)),
    ("red", "amber", "lime", "green", "scarlet", "gold", "leaf", "orange", "yellow", "grass"),
)
# Ten colours drawn once, uniform in [0.15, 1]: they differ in hue, saturation and value, and some are much alike.
DRAWN = Palette(
    "drawn",
    tuple(
        tuple(round(channel, 3) for channel in colour)
        for colour in (
            0.15 + 0.85 * torch.rand(10, 3, generator=torch.Generator().manual_seed(seed_from("palette")))
        ).tolist()
    ),
    tuple(f"colour {label}" for label in range(10)),
)
PALETTES = {palette.name: palette for palette in (HUES, CLASSIC, CLASSIC_GREY, NEAR_HUES, DRAWN)}


def palette_of(given: str | Palette | Sequence[Sequence[float]]) -> Palette:
    """Return a palette from its name, itself, or a list of (red, green, blue) in [0, 1].

    Raises:
        UnknownNameError: no preset has this name.
        ValueError: the colours are not a palette; says why.
    """
    if isinstance(given, Palette):
        return given
    if isinstance(given, str):
        if given not in PALETTES:
            raise unknown("palette", given, PALETTES)
        return PALETTES[given]
    try:
        colours = tuple(tuple(colour) for colour in given)
    except TypeError as error:
        raise ValueError(f"a palette is a name or a list of (red, green, blue), got {given!r}") from error
    return Palette("custom", colours, tuple(f"colour {i}" for i in range(len(colours))))  # type: ignore[arg-type]
