"""Other libraries, to measure against where they are installed."""

from __future__ import annotations

import importlib

from collections.abc import Mapping
from typing import TypeVar

import pytest


Way = TypeVar("Way")


def installed(module: str) -> bool:
    """Can a library be imported?"""
    try:
        importlib.import_module(module)
    except ImportError:
        return False
    return True


def with_installed(ways: Mapping[str, Way], needs: Mapping[str, str]) -> dict[str, Way]:
    """Return the ways whose library is installed; `needs` names the module of those that need one."""
    return {name: way for name, way in ways.items() if name not in needs or installed(needs[name])}


def say_missing(needs: Mapping[str, str]) -> None:
    """End a benchmark as skipped if libraries are missing, naming them; what could be measured has been."""
    if missing := sorted({module for module in needs.values() if not installed(module)}):
        pytest.skip(f"measured without what is not installed: {', '.join(missing)}; see the top of this file")
