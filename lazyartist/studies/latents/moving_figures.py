"""Traversals in motion: every latent goes its way, and a dial below says where it is; torch-free."""

from __future__ import annotations

import math

from collections.abc import Sequence
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from lazyartist.latents.odd_image import latent_name
from lazyartist.studies.latents.picture_figures import in_colour


if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pictures = NDArray[np.float32]  # (…, H, W, 1 or 3) in [0, 1]
    Numbers = NDArray[np.float64]

# pixels: of a picture at most, if it is not larger itself; between two; above, below, and of a dial
SIDE, GAP, HEAD, FOOT, DIAL = 96, 5, 20, 22, 40
RADIUS, POINT = 15.0, 3.5  # of a round dial, and of the point on it
DPI = 80
RAIL = "#adb5bd"
INK = np.array([231.0, 111.0, 81.0])  # of the point


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
    tall, wide = times * tall, times * wide
    column = max(wide, SIDE) + GAP
    height, width = HEAD + rows * (tall + GAP) + DIAL + FOOT, GAP + columns * column
    middles = [GAP // 2 + column * place + column // 2 for place in range(columns)]
    dial = HEAD + rows * (tall + GAP) + DIAL // 2
    still = _still(height, width, middles, dial, values, latents, circles, about)
    large = (255 * in_colour(images).clip(0, 1)).round().astype(np.uint8).repeat(times, 3).repeat(times, 4)
    frames = np.repeat(still[None], count, 0)
    for place, middle in enumerate(middles):
        left = middle - wide // 2
        for row in range(rows):
            top = HEAD + row * (tall + GAP)
            frames[:, top : top + tall, left : left + wide] = large[row, place]
        for frame, value in zip(frames, values[place], strict=True):
            off = _round(value) if latents[place] < circles else _along(value, values[place])
            _point(frame, dial + off[0], middle + off[1])
    return frames


def _still(
    height: int,
    width: int,
    middles: Sequence[int],
    dial: int,
    values: Numbers,
    latents: Sequence[int],
    circles: int,
    about: str,
) -> NDArray[np.uint8]:
    """Draw what does not move, (height, width, 3): names, dials without their points, and the line below."""
    with mpl.rc_context():
        mpl.rcdefaults()
        figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI)
        canvas = FigureCanvasAgg(figure)
        panel = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))  # in pixels, from the top
        panel.set_axis_off()
        for middle, latent, path in zip(middles, latents, values, strict=True):
            panel.text(middle, HEAD - 4, f"latent {latent_name(latent, circles)}", ha="center", fontsize=8)
            if latent < circles:
                panel.add_patch(mpl.patches.Circle((middle, dial), RADIUS, fill=False, ec=RAIL, lw=1.2))
                continue
            panel.plot([middle - SIDE / 3, middle + SIDE / 3], [dial, dial], color=RAIL, lw=1.2)
            for end, side in ((path.min(), -1), (path.max(), 1)):
                place = middle + side * SIDE / 3
                panel.text(place, dial + 6, f"{end:.1f}", ha="center", va="top", fontsize=6, color="#6c757d")
        panel.text(width / 2, height - 6, about, ha="center", fontsize=7)
        canvas.draw()  # type: ignore[no-untyped-call]
        return np.asarray(canvas.buffer_rgba())[..., :3].copy()  # type: ignore[no-untyped-call]


def _round(angle: float) -> tuple[float, float]:
    """Return where an angle is on a dial, in pixels down and to the right of its middle."""
    return -RADIUS * math.sin(angle), RADIUS * math.cos(angle)


def _along(value: float, path: Numbers) -> tuple[float, float]:
    """Return where a value is on a line from the smallest to the largest of a path."""
    low, high = float(path.min()), float(path.max())
    return 0.0, SIDE / 3 * (2 * (value - low) / max(high - low, 1e-12) - 1)


def _point(frame: NDArray[np.uint8], y: float, x: float) -> None:
    """Draw a point with a soft edge into a frame."""
    reach = int(POINT) + 2
    top, left = int(y) - reach, int(x) - reach  # a dial is never as near to the edge as that
    part = frame[top : top + 2 * reach, left : left + 2 * reach]
    down = np.arange(top, top + 2 * reach)[:, None] + 0.5 - y
    right = np.arange(left, left + 2 * reach)[None] + 0.5 - x
    share = np.clip(POINT + 0.5 - np.hypot(down, right), 0, 1)[..., None]
    part[:] = (share * INK + (1 - share) * part).round()
