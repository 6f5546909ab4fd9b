"""Files that a user brings to a case: found, told apart by what changed in them, and read once."""

from __future__ import annotations

import importlib

from pathlib import Path
from typing import Any, NamedTuple


class Stamp(NamedTuple):
    """A file as it is now: what was read of it counts as long as this is the same.

    Attributes:
        path: of the file.
        size: in bytes.
        changed: when, in nanoseconds.
    """

    path: Path
    size: int
    changed: int


def stamp_of(path: str | Path, expected: str) -> Stamp:
    """Return a file as it is now.

    Args:
        path: of the file; ~ is the user's own folder.
        expected: what should be there, in words, for the message.

    Raises:
        ValueError: there is no such file; says what was expected.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise ValueError(f"there is no file {path} in {Path.cwd()}: expected {expected}")
    facts = path.stat()
    return Stamp(path, facts.st_size, facts.st_mtime_ns)


def needed(module: str, package: str, why: str) -> Any:
    """Import a module of a package that only some files need.

    Raises:
        ValueError: it is not installed; says how to install it, and why it is needed or what does without.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ValueError(f"{package} is not installed ({error}): pip install {package}; {why}") from error
