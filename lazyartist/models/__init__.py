"""Networks: a class or function that takes `classes` and returns a module from (B, 3, H, W) to logits (B, classes)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lazyartist.registry import Registry


MODELS: Registry[Callable[..., Any]] = Registry("model", __name__)


def factory(name: str) -> tuple[Callable[..., Any], dict[str, int]]:
    """Return the network of a name and the options that stand behind it: "simple_cnn" or "simple_cnn:width=32".

    Raises:
        UnknownNameError: there is no such network.
        ValueError: an option is not of the form name=whole number.
    """
    plain, _, text = name.partition(":")
    options = {}
    for option in filter(None, text.split(",")):
        key, _, value = option.partition("=")
        if not value.isdecimal():
            raise ValueError(f"{name!r}: expected options such as 'simple_cnn:width=32', got {option!r}")
        options[key] = int(value)
    return MODELS[plain], options
