"""Specifications: a name with options behind it, such as "simple_cnn:width=32"."""

from __future__ import annotations

import contextlib
import itertools


Option = bool | int | float | str


def split_options(spec: str, *, path: bool = False) -> tuple[str, dict[str, Option]]:
    """Return name and options of a specification such as "simple_cnn:width=32" or "digits:where=background".

    Args:
        spec: the specification.
        path: may a path stand before the options, as in "folder:data/birds:target=y"? It becomes the option `path`,
            and reaches up to the first part that begins as options do, name=; so it may hold colons.

    Raises:
        ValueError: this is no text, or an option is not of the form name=value, or is given twice.
    """
    if not isinstance(spec, str):
        raise ValueError(f"expected a name, with options if need be, as in 'simple_cnn:width=32', got {spec!r}")
    name, *given = spec.split(":")
    options: dict[str, Option] = {}
    parts = list(itertools.takewhile(lambda part: not _begins_option(part), given)) if path else []
    if parts:
        options["path"] = ":".join(parts)
    for option in given[len(parts) :]:
        key, equals, value = option.partition("=")
        if not equals or not key.isidentifier() or not value:
            raise ValueError(
                f"{spec!r}: expected options as in 'simple_cnn:width=32' or 'jtt:upweight=50', got {option!r}"
            )
        if key in options:
            raise ValueError(f"{spec!r}: {key} is given twice")
        options[key] = _value(value)
    return name, options


def truth_of(value: Option, name: str) -> bool:
    """Return what is meant by "True" or "false" behind a name; to Python, any text that is not empty is true.

    Raises:
        ValueError: neither of them is meant.
    """
    truths = {"true": True, "false": False}
    if (word := str(value).lower()) not in truths:
        raise ValueError(f"{name}={value!r}: expected True or False")
    return truths[word]


def _begins_option(part: str) -> bool:
    key, equals, _ = part.partition("=")
    return bool(equals) and key.isidentifier()


def _value(text: str) -> Option:
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return kind(text)
    return text
