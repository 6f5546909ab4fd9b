"""What code decides a result: a digest that changes when the code does, and not when its comments do."""

from __future__ import annotations

import ast
import hashlib

from functools import cache
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def code_fingerprint(files: Iterable[Path]) -> str:
    """Return the SHA-256 of what Python makes of the files: layout, comments and docstrings do not count."""
    digest = hashlib.sha256()
    for path in files:
        digest.update(_code_of(path))
    return digest.hexdigest()


@cache
def _code_of(path: Path) -> bytes:
    """Read once a process: what is edited while it runs is not what runs."""
    tree = ast.parse(path.read_bytes())
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
    return ast.dump(tree).encode()
