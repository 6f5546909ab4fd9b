"""Knobs: the numbers that configure a strategy or a method, each declared with the range that makes sense."""

from __future__ import annotations

import math

from dataclasses import Field, dataclass, field, fields
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, TypeVar


if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", int, float, tuple[int, ...], tuple[float, ...])
RANGE = "range"  # the key in a dataclass field's metadata


@dataclass(frozen=True)
class Range:
    """Which numbers a knob may be: `low` and `high` belong to the range, `above` and `below` do not."""

    low: float | None = None
    high: float | None = None
    above: float | None = None
    below: float | None = None
    whole: bool = False

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, Integral if self.whole else Real) or isinstance(value, bool):
            return False
        try:
            number = float(value)
        except OverflowError:  # a whole number beyond what a float can be
            return False
        return (
            math.isfinite(number)
            and (self.low is None or number >= self.low)
            and (self.high is None or number <= self.high)
            and (self.above is None or number > self.above)
            and (self.below is None or number < self.below)
        )

    def __str__(self) -> str:
        lower = [f"{word} {x:g}" for word, x in (("from", self.low), ("above", self.above)) if x is not None]
        upper = [f"{word} {x:g}" for word, x in (("up to", self.high), ("below", self.below)) if x is not None]
        words = ", ".join([*lower, *upper]) + (" on" if self.low is not None and not upper else "")
        return f"a {'whole' if self.whole else 'finite'} number {words}".rstrip()


def knob(
    default: T,
    *,
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
    below: float | None = None,
    whole: bool = False,
) -> T:
    """Return a dataclass field with a default and a range, which `check_knobs` holds values to.

    Args:
        default: the knob's value wherever nobody gives another; of a knob that takes several numbers, a tuple.
        low: the least value.
        high: the greatest value.
        above: values must be greater than this.
        below: values must be less than this.
        whole: only whole numbers are allowed.
    """
    return field(default=default, metadata={RANGE: Range(low, high, above, below, whole)})


def allowed_values(knob: Field[Any]) -> str:
    """Return in words what a field may be that was declared by `knob`; "" for any other."""
    allowed = knob.metadata.get(RANGE)
    if allowed is None:
        return ""
    return f"one or more, each {allowed}" if isinstance(knob.default, tuple) else str(allowed)


def check_knobs(instance: DataclassInstance) -> None:
    """Check every field of a dataclass that was declared by `knob`; call it in `__post_init__`.

    Raises:
        ValueError: a value is outside its range; names the class, the knob, the value and the range.
    """
    for one in fields(instance):
        allowed, value = one.metadata.get(RANGE), getattr(instance, one.name)
        if allowed is None:
            continue
        numbers = value if isinstance(one.default, tuple) and isinstance(value, tuple) else (value,)
        if not numbers or any(number not in allowed for number in numbers):
            raise ValueError(f"{type(instance).__name__}: {one.name}={value!r}: expected {allowed_values(one)}")
