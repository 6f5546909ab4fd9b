"""From an image file, or an image in memory, to bytes of one size: what Pillow reads, as people see it."""

from __future__ import annotations

import io
import re
import struct
import zlib

from typing import Any

import numpy as np

from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError


Pixels = NDArray[np.uint8]

LEAST, MOST = 8, 1024  # pixels of a side
ORIENTATION = 0x0112  # the EXIF tag that says how a camera was held
WITH_ALPHA = ("RGBA", "LA", "PA", "RGBa", "La")
# what Pillow raises on files that are damaged or no images
BROKEN = (
    *(OSError, SyntaxError, ValueError, TypeError, EOFError, IndexError, KeyError, OverflowError, MemoryError),
    *(RuntimeError, struct.error, zlib.error, Image.DecompressionBombError),
)


def image_size(size: int | str) -> tuple[int, int]:
    """Return height and width of a size: 64 for a square, "64x48" for width and height as with photographs.

    Raises:
        ValueError: it is no such size, or a side is not from 8 to 1,024 pixels.
    """
    found = re.fullmatch(r"(\d{1,5})(?:x(\d{1,5}))?", str(size))
    width, height = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not (LEAST <= width <= MOST and LEAST <= height <= MOST):
        raise ValueError(
            f"size={size!r}: expected pixels from {LEAST} to {MOST}, 64 for a square or '64x48' for width x height"
        )
    return height, width


def decode(content: bytes, height: int, width: int) -> Pixels:
    """Return the image that a file holds, (3, height, width) uint8; of several frames the first.

    Args:
        content: of the file.
        height: in pixels.
        width: in pixels.

    Raises:
        ValueError: it is not an image, or a damaged one; says why.
    """
    if not content:
        raise ValueError("the file is empty")
    try:
        image = Image.open(io.BytesIO(content))
        # a JPEG is decoded at a half, a quarter or an eighth of its size where that is still twice what is wanted
        image.draft(None, (2 * max(height, width),) * 2)
        return to_pixels(image, height, width)
    except UnidentifiedImageError as error:
        raise ValueError(f"not an image that Pillow can read: it begins with {content[:12]!r}") from error
    except BROKEN as error:
        raise ValueError(str(error) or type(error).__name__) from error


def to_pixels(image: Image.Image, height: int, width: int) -> Pixels:
    """Return an image of any mode and size as (3, height, width) uint8.

    It is turned as its EXIF tag says, and what is transparent shows white behind it. All of it stays visible: sides are
    scaled, not cropped, since a mark in a corner may be the very thing that a model leans on.

    Raises:
        ValueError: pixels are floats or integers of more than 16 bits, whose black and white nobody knows.
    """
    if image.getexif().get(ORIENTATION, 1) != 1:
        image = ImageOps.exif_transpose(image)
    image = as_rgb(image)
    if image.size != (width, height):
        image = image.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0)
    return np.asarray(image).transpose(2, 0, 1)


def as_rgb(image: Image.Image) -> Image.Image:
    """Return an image of any mode as 8-bit RGB: 16-bit grey scaled, what is transparent over white."""
    if image.mode.startswith("I"):
        grey = np.asarray(image).astype(np.int64)
        if grey.min() < 0 or grey.max() > 0xFFFF:
            raise ValueError(f"its pixels run from {grey.min()} to {grey.max()}: save it with 8 or 16 bits")
        image = Image.fromarray(((grey + 128) // 257).astype(np.uint8))
    elif image.mode == "F":
        raise ValueError("its pixels are floats: save it with 8 or 16 bits")
    if image.mode in WITH_ALPHA or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image if image.mode == "RGB" else image.convert("RGB")


def from_array(given: Any, name: str = "image") -> Image.Image:
    """Return one image as Pillow has it, from an array or tensor.

    Args:
        given: (H, W), (H, W, 1 or 3) or (1 or 3, H, W); uint8, or floats in [0, 1].
        name: what messages call it.

    Raises:
        ValueError: it has another shape or type, or floats outside of [0, 1].
    """
    array = np.asarray(given)
    if array.ndim == 3 and array.shape[0] in (1, 3) and array.shape[2] not in (1, 3):
        array = array.transpose(1, 2, 0)
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.dtype.kind == "f" and array.size:
        low, high = float(array.min()), float(array.max())
        if not (low >= 0 and high <= 1):  # a NaN fails this too
            raise ValueError(
                f"{name}: its floats run from {low:g} to {high:g}: expected [0, 1]; leave out what normalises them, "
                "or divide by 255"
            )
        array = (255 * array).round().astype(np.uint8)
    if array.dtype != np.uint8 or array.ndim not in (2, 3) or array.shape[2:] not in ((), (3,)) or 0 in array.shape:
        raise ValueError(
            f"{name}: expected (H, W), (H, W, 3) or (3, H, W), uint8 or floats in [0, 1], "
            f"got {np.shape(given)} {array.dtype}"
        )
    return Image.fromarray(np.ascontiguousarray(array))
