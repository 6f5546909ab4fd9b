"""Writing pictures in motion so that they come out byte for byte the same."""

from __future__ import annotations

import io

from typing import TYPE_CHECKING

import numpy as np

from PIL import Image

from lazyartist.files import write_bytes


if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

COLOURS = (255, 127, 63, 31)  # the first that fits; one more is kept for what did not change
SAMPLE = 7  # every seventh pixel and line, where the colours are chosen
SETTLED = 30  # k-means brings the colours nearer to the pixels until so few of them change sides
MOST = 1_000_000  # bytes


def save_animation(frames: NDArray[np.uint8], path: Path, *, seconds: float = 3.0) -> None:
    """Write frames as a GIF of one megabyte at most that runs for ever; the same frames give the same bytes.

    All frames share one set of colours, without dithering, so that what stands still costs nothing: 255 of them, or
    fewer if the file would be too large.

    Args:
        frames: (F, H, W, 3), two or more.
        path: ends in .gif.
        seconds: how long one round takes; a frame lasts a whole number of hundredths, two or more.

    Raises:
        ValueError: the path ends in something else, the frames are of another form, the time is none, or the file would
            be too large even with 31 colours.
    """
    if path.suffix != ".gif":
        raise ValueError(f"{path}: expected a file that ends in .gif")
    if frames.ndim != 4 or frames.shape[-1] != 3 or frames.dtype != np.uint8 or len(frames) < 2:
        raise ValueError(f"frames: expected (F, H, W, 3) uint8, two or more, got {frames.shape} {frames.dtype}")
    if not 0 < seconds < 3600:
        raise ValueError(f"seconds={seconds!r}: expected how long one round takes, above 0")
    pictures = [Image.fromarray(frame) for frame in frames]
    shown = Image.fromarray(np.concatenate(frames[:, ::SAMPLE, ::SAMPLE]))
    duration = 10 * max(2, round(100 * seconds / len(frames)))  # milliseconds; browsers slow down what is shorter
    for colours in COLOURS:
        palette = shown.quantize(colours, method=Image.Quantize.MEDIANCUT, kmeans=SETTLED)
        first, *rest = (picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures)
        content = io.BytesIO()
        first.save(content, "GIF", save_all=True, append_images=rest, duration=duration, loop=0, optimize=False)
        if content.tell() <= MOST:
            break
    else:
        raise ValueError(
            f"{path.name} would have {content.tell():,} bytes, more than {MOST:,}: give fewer or smaller frames than "
            f"{len(frames)} of {frames.shape[2]}×{frames.shape[1]} pixels"
        )
    write_bytes(path, content.getvalue())
