"""What probes take: a split, whose images, classes and attributes are known."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from lazyartist.data.images import Split
from lazyartist.knobs import Range


def need_rows(rows: Any, name: str) -> None:
    """Refuse what is not one row of numbers for each image.

    Raises:
        ValueError: it is no tensor (N, K) of floats, there is no image, or one of the numbers is NaN.
    """
    if not isinstance(rows, Tensor) or rows.ndim != 2 or not len(rows) or not rows.is_floating_point():
        got = f"{tuple(rows.shape)} {rows.dtype}" if isinstance(rows, Tensor) else type(rows).__name__
        raise ValueError(f"{name}: expected a tensor (N, K) of floats, one row per image, got {got}")
    if bool(rows.isnan().any()):
        raise ValueError(f"{name}: expected numbers, got NaN: the model is damaged, or its training diverged")


def need_labels(labels: Any, name: str, count: int) -> None:
    """Refuse what is not one whole number from 0 on for each image.

    Raises:
        ValueError: it is something else, or there are not as many.
    """
    whole = isinstance(labels, Tensor) and not labels.is_floating_point() and not labels.is_complex()
    if not whole or labels.shape != (count,) or bool((labels < 0).any()):
        got = f"{tuple(labels.shape)} {labels.dtype}" if isinstance(labels, Tensor) else type(labels).__name__
        raise ValueError(f"{name}: expected a tensor ({count},) of whole numbers from 0 on, one per image, got {got}")


def need_count(value: Any, name: str, most: int | None = None) -> None:
    """Refuse what is not a whole number from 1 on, and no more than `most`.

    Raises:
        ValueError: it is something else.
    """
    if value not in Range(low=1, high=most, whole=True):
        raise ValueError(f"{name}={value!r}: expected {Range(low=1, high=most, whole=True)}")


def need_split(split: object, needed_by: str) -> None:
    """Refuse anything that is not a split, and say how to make one.

    Raises:
        ValueError: it is something else; names who needs it.
    """
    if isinstance(split, Split):
        return
    name = type(split).__name__
    raise ValueError(
        f"{needed_by} needs a Split, such as task.easy, got {name}: images with named factors become one by "
        "Split(images, target=..., bias=...); see lazyartist.data.images"
    )
