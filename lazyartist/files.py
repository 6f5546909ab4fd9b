"""Writing files so that a reader sees either the old content or the whole new one; and where caches lie."""

from __future__ import annotations

import contextlib
import functools
import getpass
import logging
import os
import shutil
import tempfile
import time

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from filelock import FileLock, Timeout
from platformdirs import user_cache_path


try:
    import fcntl
except ImportError:  # on Windows a file that is open cannot be deleted, so that nothing has to say that it is
    fcntl = None  # type: ignore[assignment]

log = logging.getLogger(__name__)

TEMPORARY = ".lazyartist-part"  # the ending of a file that is being written
SCRATCH, LOCK = "lazyartist-scratch-", "lock"  # the beginning of a scratch folder's name, and a file in it
YOUNG = 1.0  # seconds: a temporary file of this age may not be locked yet
PATIENCE = 60.0  # seconds that a writer waits for another one
ROOM = 1 << 20  # bytes: what rows and tables of a study take, about


def write_bytes(path: Path, content: bytes) -> None:
    """Replace `path` by `content` at once: a crash leaves what was there before, and a failure no temporary file.

    What a killed process left in the folder is deleted first.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path.parent)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", suffix=TEMPORARY, delete=False) as file:
        temporary = Path(file.name)
        try:
            _is_ours(file)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            temporary.chmod(0o644)
            temporary.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise


@functools.cache  # once for each folder in each process
def _sweep(folder: Path) -> None:
    """Delete the temporary files of processes that were killed; a file that is being written is locked, or young."""
    for path in folder.glob(f".*-*{TEMPORARY}"):
        with contextlib.suppress(OSError), path.open("rb") as file:
            if time.time() - os.fstat(file.fileno()).st_mtime > YOUNG and _is_ours(file):
                path.unlink()


def read_file(path: Path) -> bytes:
    """Return the content of a file.

    Raises:
        FileNotFoundError: it is not there.
        OSError: it cannot be read, or is a folder, a pipe or a device, on which one may wait for ever.
    """
    if path.exists() and not path.is_file():
        raise OSError(f"{path} is no plain file")
    return path.read_bytes()


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Give a folder that is deleted at the end; those that killed processes left behind are deleted first."""
    for left in Path(tempfile.gettempdir()).glob(f"{SCRATCH}*"):
        place = left / LOCK
        with contextlib.suppress(OSError):
            if place.is_file() and time.time() - place.stat().st_mtime > YOUNG:
                with place.open("rb") as file:
                    is_left = _is_ours(file)
                if is_left:
                    shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=SCRATCH) as folder, (Path(folder) / LOCK).open("wb") as file:
        _is_ours(file)
        yield Path(folder)


def _is_ours(file: IO[bytes]) -> bool:
    """Lock an open file until it is closed; the lock of a process that is killed is gone with it."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # another process has it, or the file system knows no locks
        return False
    return True


@contextmanager
def locked(path: Path, patience: float | None = None) -> Iterator[None]:
    """Keep other processes from writing a file between a read and the write that follows from it.

    Args:
        path: of the file; its lock lies beside it, with the ending .lock.
        patience: seconds to wait for another process; by default a minute.

    Raises:
        TimeoutError: another process keeps the lock for longer than that; says which.
        PermissionError: the lock is another user's.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    place, patience = path.with_suffix(".lock"), PATIENCE if patience is None else patience
    lock, holder = FileLock(place, mode=0o666), _holder(place)
    try:
        try:
            lock.acquire(timeout=min(2.0, patience))
        except Timeout:
            log.warning("waiting for %s, which is writing %s", holder, path)
            lock.acquire(timeout=patience)
    except Timeout as error:
        raise TimeoutError(
            f"{path} is kept by {holder} for more than {patience:g} seconds: end that process, or let it go on (it may "
            "be stopped), and try again"
        ) from error
    except PermissionError as error:
        raise PermissionError(
            f"{place} belongs to another user ({error}): let everybody write it (chmod a+rw), or name another folder"
        ) from error
    try:
        with contextlib.suppress(OSError):  # Windows lets nobody write a file that is locked
            place.write_text(_own_name(), encoding="utf-8")
        yield
    finally:
        lock.release()


def _own_name() -> str:
    try:
        user = getpass.getuser()
    except (KeyError, OSError, ImportError):  # a number without a name, as in some containers
        user = "a user without a name"
    return f"process {os.getpid()} of {user}"


def _holder(place: Path) -> str:
    """Return what the process is called that has a lock, or had it last."""
    try:
        return place.read_text(encoding="utf-8", errors="replace")[:80] or "another process"
    except OSError:
        return "another process"


def need_room(folder: Path) -> None:
    """Find out whether a folder can be written, before the work and not after it; nothing is left, nor made.

    Raises:
        OSError: it cannot, or takes no file of a megabyte.
    """
    try:
        there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(bytes(ROOM))
            file.flush()
    except OSError as error:
        raise OSError(f"{folder} cannot be written ({error}): make room in it, or name another folder") from error


def write_text(path: Path, text: str) -> None:
    """Replace `path` by `text` in UTF-8, as `write_bytes` does."""
    write_bytes(path, text.encode("utf-8"))


def cache_folder(variable: str, name: str) -> Path:
    """Return the folder that an environment variable names, or one in the user's cache folder.

    Raises:
        OSError: the user has no home, and the variable is not set.
    """
    given = os.environ.get(variable)
    try:
        return Path(given).expanduser() if given else user_cache_path("lazyartist") / name
    except RuntimeError as error:  # no home: an unknown user, as in some containers
        raise OSError(
            f"this user has no home folder ({error}): set {variable} to a folder that can be written"
        ) from error
