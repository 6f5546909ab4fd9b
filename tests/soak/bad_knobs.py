"""Bad inputs made from what knobs declare: every one with values outside its range."""

from __future__ import annotations

import dataclasses
import inspect
import math

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from lazyartist.attacks import ATTACKS
from lazyartist.attribution import MAPS
from lazyartist.clinic import CASES, REMEDIES
from lazyartist.data.lies import LIES
from lazyartist.knobs import RANGE, Range
from lazyartist.latents import LATENTS
from lazyartist.networks import NETWORKS, build
from lazyartist.sae import SAES
from lazyartist.strategies import STRATEGIES
from lazyartist.studies import STUDIES


class Bad(NamedTuple):
    """A call that must be refused: what it is called, which words name its arguments, and the call."""

    name: str
    words: tuple[str, ...]
    call: Callable[[], object]


# what no number is, whatever its range
NO_NUMBERS = (math.nan, math.inf, -math.inf, "x", None, True, [1], {}, 1j)


def outside(allowed: Range) -> Iterator[object]:
    """Yield values that a range does not have."""
    yield from NO_NUMBERS
    step = 1 if allowed.whole else 1e-3
    if allowed.low is not None:
        yield allowed.low - step
    if allowed.high is not None:
        yield allowed.high + step * max(1, abs(allowed.high))
    for end in (allowed.above, allowed.below):
        if end is not None:
            yield int(end) if allowed.whole else end
    if allowed.whole:
        yield from (1.5 + max(0, allowed.low or 0), 2.0)


def bad_knobs() -> Iterator[Bad]:
    """Yield every ranged knob of everything that has a name, with values outside its range."""
    for registry in (STRATEGIES, ATTACKS, MAPS, SAES, LATENTS, LIES, CASES, REMEDIES, STUDIES):
        for name in registry:
            thing: Any = registry[name]
            for knob in dataclasses.fields(thing) if dataclasses.is_dataclass(thing) else ():
                if (allowed := knob.metadata.get(RANGE)) is not None:
                    several = isinstance(knob.default, tuple)
                    for value in ((value,) if several else value for value in outside(allowed)):
                        yield Bad(
                            f"{registry.kind} {name}: {knob.name}={value!r}",
                            (knob.name,),
                            lambda thing=thing, key=knob.name, value=value: thing(**{key: value}),
                        )
    for name in NETWORKS:
        knobs = {"width", "pixels"} & set(inspect.signature(NETWORKS[name]).parameters)
        for key in sorted(knobs):
            for word in ("0", "-1", "1.5", "nan", "inf", "x", "True"):
                spec = f"{name}:{key}={word}"
                yield Bad(f"network {spec}", (key,), lambda spec=spec: build(spec, 10, 0))
        for classes in (-1, 1.5, None, "x", math.nan):
            yield Bad(f"network {name}: {classes!r} classes", ("classes",), lambda n=name, c=classes: build(n, c, 0))
