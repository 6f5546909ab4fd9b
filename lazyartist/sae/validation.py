"""Checks of arguments whose messages name the argument, what came, and what was expected."""

from __future__ import annotations

import math
import operator

from typing import Any

from torch import Tensor


def whole(name: str, value: Any, least: int = 1) -> int:
    """Return `value` as a plain int; NumPy's integers are fine.

    Raises:
        ValueError: it is not a whole number, or less than `least`.
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = least - 1
    if number < least:
        raise ValueError(f"{name}={value!r}: expected a whole number from {least} on")
    return number


def finite(name: str, value: Any) -> float:
    """Return `value` as a float.

    Raises:
        ValueError: it is not a finite number.
    """
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if isinstance(value, str) or not math.isfinite(number):
        raise ValueError(f"{name}={value!r}: expected a finite number")
    return number


def finite_rows(name: str, rows: Any) -> Tensor:
    """Return `rows` if they are (N, D) finite floats.

    Raises:
        ValueError: they are not a tensor of such a shape and type, or one of the numbers is NaN or infinite.
    """
    if not isinstance(rows, Tensor):
        raise ValueError(f"{name}: expected a torch tensor, got {type(rows).__name__}: pass torch.as_tensor({name})")
    if rows.ndim != 2 or not rows.is_floating_point():
        raise ValueError(f"{name}: expected (N, D) finite floats, got {tuple(rows.shape)} {rows.dtype}")
    if not bool(rows.isfinite().all()):
        broken = int((~rows.isfinite()).any(1).sum())
        raise ValueError(f"{name}: expected (N, D) finite floats, got NaN or infinity in {broken} of {len(rows)} rows")
    return rows
