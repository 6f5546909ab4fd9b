"""Traversals in motion: every latent goes its way, and a dial below says where it is; torch-free."""

from __future__ import annotations

import math

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from lazyartist.studies.latents.figures import latent_name
from lazyartist.studies.latents.picture_figures import RED, bare, in_colour


if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pictures = NDArray[np.float32]  # (…, H, W, 1 or 3) in [0, 1]
    Numbers = NDArray[np.float64]

# pixels: of a picture at most, if it is not larger itself; between two; above, below, and of a dial
SIDE, GAP, HEAD, FOOT, DIAL = 96, 5, 20, 22, 40
DPI = 80
RAIL = "#adb5bd"

Move = Callable[[int], None]


def traversal_frames(
    images: Pictures, values: Numbers, latents: Sequence[int], circles: int, about: str
) -> NDArray[np.uint8]:
    """Draw traversals frame by frame: one line per start image, one column per latent; (F, height, width, 3).

    Args:
        images: (R, L, F, H, W, C), what becomes of R images; made for motion, so that the last leads to the first.
        values: (L, F), where each latent was.
        latents: L numbers.
        circles: how many latents, counted from the first, are angles.
        about: one line below.
    """
    rows, columns, count, tall, wide = images.shape[:5]
    times = max(1, SIDE // tall)  # a whole number of times as large: pixels stay sharp, and the file small
    tall, wide = times * tall, max(times * wide, SIDE)
    width, height = columns * (wide + GAP) + GAP, HEAD + rows * (tall + GAP) + DIAL + FOOT
    with mpl.rc_context():
        mpl.rcdefaults()
        figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI)
        canvas = FigureCanvasAgg(figure)

        def panel(column: int, top: int, high: int) -> Any:
            left, bottom = GAP + column * (wide + GAP), height - top - high
            return figure.add_axes((left / width, bottom / height, wide / width, high / height))

        moves: list[Move] = []
        for column, latent in enumerate(latents):
            for row in range(rows):
                own = panel(column, HEAD + row * (tall + GAP), tall)
                moves.append(_film(own, in_colour(images[row, column])))
                if not row:
                    own.set_title(f"latent {latent_name(latent, circles)}", fontsize=8, pad=3)
            dial = panel(column, HEAD + rows * (tall + GAP), DIAL)
            moves.append((_clock if latent < circles else _slide)(dial, values[column]))
        figure.text(0.5, 6 / height, about, ha="center", va="bottom", fontsize=7)
        return np.stack([_frame(canvas, moves, number) for number in range(count)])


def _frame(canvas: FigureCanvasAgg, moves: Sequence[Move], number: int) -> NDArray[np.uint8]:
    for move in moves:
        move(number)
    canvas.draw()  # type: ignore[no-untyped-call]
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()  # type: ignore[no-untyped-call]


def _film(panel: Any, pictures: Pictures) -> Move:
    shown = panel.imshow(pictures[0].clip(0, 1), interpolation="nearest")
    bare(panel)
    return lambda number: shown.set_data(pictures[number].clip(0, 1))


def _clock(panel: Any, values: Numbers) -> Move:
    """A circle, and where on it the angle is."""
    panel.add_patch(mpl.patches.Circle((0, 0), 1, fill=False, ec=RAIL, lw=1.2))
    (point,) = panel.plot([], [], "o", color=RED, ms=5)
    panel.set(xlim=(-2.6, 2.6), ylim=(-1.3, 1.3), aspect="equal")
    panel.set_axis_off()
    return lambda number: point.set_data([math.cos(values[number])], [math.sin(values[number])])


def _slide(panel: Any, values: Numbers) -> Move:
    """A line from the smallest to the largest value, and where on it the latent is."""
    low, high = float(values.min()), float(values.max())
    panel.plot([low, high], [0, 0], color=RAIL, lw=1.2)
    for end in (low, high):
        panel.text(end, -0.45, f"{end:.1f}", ha="center", va="top", fontsize=6, color="#6c757d")
    (point,) = panel.plot([], [], "o", color=RED, ms=5)
    margin = 0.2 * max(high - low, 1e-9)
    panel.set(xlim=(low - margin, high + margin), ylim=(-1.3, 1.3))
    panel.set_axis_off()
    return lambda number: point.set_data([values[number]], [0])
