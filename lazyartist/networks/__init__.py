"""Networks: a class or function that takes `classes` and returns a module from (B, 3, H, W) to logits (B, classes)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lazyartist.registry import Registry, split_options


NETWORKS: Registry[Callable[..., Any]] = Registry("model", __name__)


def factory(spec: str) -> tuple[Callable[..., Any], dict[str, int | float]]:
    """Return the network of a name and the options that stand behind it: "simple_cnn" or "simple_cnn:width=32".

    Raises:
        UnknownNameError: there is no such network.
        ValueError: an option is not of the form name=number.
    """
    name, options = split_options(spec)
    return NETWORKS[name], options
