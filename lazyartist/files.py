"""Writing files so that a reader sees either the old content or the whole new one; and where caches lie."""

from __future__ import annotations

import contextlib
import os
import tempfile

from pathlib import Path

from platformdirs import user_cache_path


def write_bytes(path: Path, content: bytes) -> None:
    """Replace `path` by `content` at once: a crash leaves what was there before, and a failure no temporary file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
        temporary = Path(file.name)
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            temporary.chmod(0o644)
            temporary.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise


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
