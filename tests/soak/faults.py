"""What may happen to a file or a process, and what the soak tests share."""

from __future__ import annotations

import os
import shutil
import signal

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

from lazyartist.files import TEMPORARY


def _changed(change: Callable[[bytes, Random], bytes]) -> Callable[[Path, Random], None]:
    def damage(path: Path, random: Random) -> None:
        path.write_bytes(change(path.read_bytes(), random))

    return damage


def _flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 0x10]) + content[at + 1 :]


def _with_folder(path: Path, random: Random) -> None:
    path.unlink()
    path.mkdir()


def _with_loop(path: Path, random: Random) -> None:
    path.unlink()
    path.symlink_to(path.name)


# name -> what is done to a file
DAMAGES: dict[str, Callable[[Path, Random], None]] = {
    "empty": _changed(lambda b, r: b""),
    "cut in half": _changed(lambda b, r: b[: len(b) // 2]),
    "cut somewhere": _changed(lambda b, r: b[: r.randrange(1, len(b) - 2)]),
    "cut by two bytes": _changed(lambda b, r: b[:-2]),
    "first byte flipped": _changed(lambda b, r: _flipped(b, 0)),
    "a byte flipped": _changed(lambda b, r: _flipped(b, r.randrange(len(b) - 1))),
    "another byte flipped": _changed(lambda b, r: _flipped(b, r.randrange(len(b) - 1))),
    "nothing but NULs": _changed(lambda b, r: bytes(len(b))),
    "its end is NULs": _changed(lambda b, r: b[: len(b) // 2] + bytes(len(b) - len(b) // 2)),
    "NULs inside": _changed(lambda b, r: b[: len(b) // 3] + bytes(8) + b[len(b) // 3 + 8 :]),
    "random bytes": _changed(lambda b, r: r.randbytes(len(b))),
    "a web page": _changed(lambda b, r: b"<html><body>404</body></html>"),
    "a folder": _with_folder,
    "a link to itself": _with_loop,
}


def restore(path: Path, content: bytes) -> None:
    """Put a file back, whatever stands in its place."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        with suppress(FileNotFoundError):
            path.unlink()
    path.write_bytes(content)


def left_over(*folders: Path) -> list[str]:
    """Return the names of temporary files below some folders."""
    return [path.name for folder in folders for path in folder.rglob("*") if path.suffix == TEMPORARY]


def alive(group: int) -> list[int]:
    """Return the processes of a group that are running; needs /proc."""
    return [pid for pid, its_group, state in _processes() if its_group == group and state != "Z"]


def workers_of(group: int) -> list[int]:
    """Return the worker processes of a group."""
    found = []
    for pid in alive(group):
        with suppress(OSError):
            if b"popen_loky" in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(pid)
    return found


def end(group: int) -> None:
    """Kill whatever is left of a group."""
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _processes() -> Iterator[tuple[int, int, str]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError, IndexError):
                state, _, group = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
                yield int(entry.name), int(group), state
