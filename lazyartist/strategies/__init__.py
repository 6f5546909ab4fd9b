"""Ways to train, one file each. A new one is a new file here; nothing else has to be touched."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from lazyartist.registry import Registry, split_options


if TYPE_CHECKING:
    from lazyartist.strategies.base import Strategy

STRATEGIES: Registry[type[Strategy]] = Registry("strategy", __name__)


def configured(spec: str) -> Strategy:
    """Return the strategy of a name, with the knobs that stand behind it: "focal", "focal:gamma=5".

    Raises:
        UnknownNameError: there is no such strategy.
        ValueError: it has no such knob, or its value is not a number.
    """
    name, knobs = split_options(spec)
    kind = STRATEGIES[name]
    known = [field.name for field in fields(kind)]
    for knob in knobs:
        if knob not in known:
            raise ValueError(f"{spec!r}: {name} has {f'the knobs {known}' if known else 'no knobs'}, not {knob!r}")
    return kind(**knobs)
