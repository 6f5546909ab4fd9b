"""Other libraries, to measure against where they can be imported."""

from __future__ import annotations

import importlib

from collections.abc import Mapping
from typing import TypeVar

import pytest


Way = TypeVar("Way")


def missing(module: str) -> str:
    """Return why a library cannot be imported; nothing if it can be."""
    try:
        importlib.import_module(module)
    except ImportError as error:
        return f"{module} ({error})"
    return ""


def with_installed(ways: Mapping[str, Way], needs: Mapping[str, str]) -> dict[str, Way]:
    """Return the ways whose library can be imported; `needs` names the module of those that need one."""
    return {name: way for name, way in ways.items() if name not in needs or not missing(needs[name])}


def say_missing(needs: Mapping[str, str]) -> None:
    """End a benchmark as skipped if libraries are missing, naming them; what could be measured has been."""
    if reasons := sorted(filter(None, map(missing, {*needs.values()}))):
        pytest.skip(f"measured without {', '.join(reasons)}: see the top of the file")
