"""What all contracts share: a thing is configured by a frozen dataclass, and a test runs every check on every thing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    import pytest


def assert_configured(kind: type, name: str = "") -> None:
    """Assert that a class is a dataclass of its own whose knobs all have defaults.

    Args:
        kind: the class.
        name: what messages call it, its own name unless it goes by another.
    """
    called = name or kind.__name__
    assert "__dataclass_fields__" in vars(kind), f"{called}: {kind.__name__} must be @dataclass(frozen=True)"
    without = [knob.name for knob in fields(kind) if knob.default is MISSING and knob.default_factory is MISSING]
    assert not without, f"{called}: the knobs {', '.join(without)} have no default"


def parametrized(argument: str, pairs: Iterable[tuple[Any, Callable[[Any], None]]]) -> pytest.MarkDecorator:
    """Return a decorator that runs a test `(<argument>, check)` for every pair of a thing and a check."""
    import pytest

    every = list(pairs)
    names = [
        f"{thing if isinstance(thing, str) else repr(thing)}-{check.__name__.removeprefix('check_')}"
        for thing, check in every
    ]
    return pytest.mark.parametrize((argument, "check"), every, ids=names)
