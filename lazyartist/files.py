"""Writing files so that a reader sees either the old content or the whole new one."""

from __future__ import annotations

import os
import tempfile

from pathlib import Path


def write_bytes(path: Path, content: bytes) -> None:
    """Replace `path` by `content` at once: a crash leaves what was there before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).chmod(0o644)
    Path(file.name).replace(path)


def write_text(path: Path, text: str) -> None:
    """Replace `path` by `text` in UTF-8, as `write_bytes` does."""
    write_bytes(path, text.encode("utf-8"))
