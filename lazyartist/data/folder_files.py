"""The files of a folder of images: what is known of each, and whether that still holds."""

from __future__ import annotations

import hashlib
import stat
import unicodedata

from dataclasses import dataclass, replace
from pathlib import Path

from lazyartist.data.pixels import Pixels, decode


@dataclass(frozen=True)
class Source:
    """What is known of one file.

    Attributes:
        name: below the folder.
        size: in bytes; -1 if it is not there.
        changed: when, in nanoseconds.
        content: digest of the file.
        pixels: digest of the decoded image.
        problem: why it could not be decoded, if it could not.
    """

    name: str
    size: int = -1
    changed: int = 0
    content: str = ""
    pixels: str = ""
    problem: str = ""


def read_image(root: Path, name: str, known: Source | None, height: int, width: int) -> tuple[Source, Pixels | None]:
    """Return what is known of a file now, and its pixels (3, height, width) if they had to be decoded and could be.

    Args:
        root: the folder.
        name: of the file below it.
        known: what was known of it before.
        height: in pixels.
        width: in pixels.
    """
    path = _found(root, name)
    size, changed = _facts(path)
    if size < 0:
        return Source(name, problem="there is no such file"), None
    if known is not None and (known.size, known.changed) == (size, changed):
        return known, None
    try:
        file = path.read_bytes()
    except OSError as error:  # not known by its size and time: it is tried again next time
        return Source(name, problem=str(error)), None
    content = hashlib.blake2b(file, digest_size=16).hexdigest()
    if known is not None and known.content == content:
        return replace(known, size=size, changed=changed), None
    try:
        pixels = decode(file, height, width)
    except ValueError as error:
        return Source(name, size, changed, content, problem=str(error)), None
    digest = hashlib.blake2b(pixels.tobytes(), digest_size=16).hexdigest()
    return Source(name, size, changed, content, digest), pixels


def is_unchanged(root: Path, known: Source) -> bool:
    """Is a file as it was, by its size and time of change?"""
    return (known.size, known.changed) == _facts(_found(root, known.name))


def _found(root: Path, name: str) -> Path:
    """Return the path of a file; its accents may be written in the other way of Unicode, as they are on a Mac."""
    path = root / name
    if not name.isascii() and _facts(path)[0] < 0:
        forms = (root / unicodedata.normalize(form, name) for form in ("NFC", "NFD"))
        return next((other for other in forms if _facts(other)[0] >= 0), path)
    return path


def _facts(path: Path) -> tuple[int, int]:
    """Return size and time of change of a file; (-1, 0) if there is none, or a thing that is no file."""
    try:
        facts = path.stat()
    except (OSError, ValueError):  # a name that no file can have is a ValueError
        return -1, 0
    return (facts.st_size, facts.st_mtime_ns) if stat.S_ISREG(facts.st_mode) else (-1, 0)
