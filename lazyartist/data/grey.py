"""Grey images and labels, checked before anything is drawn on them."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from torch import Tensor


def grey_images(images: Any, labels: Any, classes: int) -> tuple[Tensor, Tensor]:
    """Return images (N, H, W) uint8 and labels (N,) int64 in [0, classes) as contiguous tensors.

    Args:
        images: array or tensor.
        labels: array, tensor or list of integers.
        classes: how many values of the bias attribute there are, one per class.

    Raises:
        ValueError: they are of another kind; names what came, what was expected and the way out.
    """
    try:
        pixels, y = (torch.as_tensor(a if isinstance(a, Tensor) else np.array(a)) for a in (images, labels))
    except (TypeError, ValueError) as error:
        raise ValueError(f"images and labels: expected arrays of numbers: {error}") from error
    if pixels.dtype != torch.uint8 or pixels.ndim != 3 or 0 in pixels.shape:
        hint = ""
        if pixels.is_floating_point():
            bad = "they hold NaN; " if bool(pixels.isnan().any()) else ""
            scale = "" if bool((pixels > 1).any()) else "255 * "
            hint = f": {bad}turn these floats into bytes with ({scale}images).round().astype('uint8')"
        elif pixels.ndim == 3:
            hint = ": numbers from 0 to 255 become bytes with np.uint8(images)"
        elif pixels.ndim == 4:
            hint = (
                ": images that have colours of their own can't be painted; make a task of them with the attribute that "
                "they have, see lazyartist.data.arrays.array_task"
            )
        raise ValueError(f"images: expected (N, H, W) uint8, got {tuple(pixels.shape)} {pixels.dtype}{hint}")
    if y.ndim != 1 or len(y) != len(pixels) or y.is_floating_point() or y.is_complex() or y.dtype == torch.bool:
        raise ValueError(f"labels: expected ({len(pixels)},) integers, one per image, got {tuple(y.shape)} {y.dtype}")
    y = y.long()
    if bool(((y < 0) | (y >= classes)).any()):
        raise ValueError(
            f"labels run from {int(y.min())} to {int(y.max())}, but there are {classes} values for the classes "
            f"0 to {classes - 1}: renumber the labels, or pass more values: a palette with more colours"
        )
    return pixels.contiguous(), y
