"""What the files of a package register, read from their text: to list it imports nothing."""

from __future__ import annotations

import ast
import functools
import importlib.util

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """What can be said of a thing without importing it."""

    name: str
    module: str
    summary: str = ""
    source: str = ""


def registered_in(module: str, path: Path, *, variable: str = "") -> Iterator[Entry]:
    """Yield what a file registers.

    Args:
        module: its dotted name.
        path: the file.
        variable: the registry's name in it, where several registries share files; "" for whichever.

    Raises:
        ValueError: a registration cannot be read without importing the file.
    """
    for node in _decorated(path, path.stat().st_mtime_ns):
        for call in node.decorator_list:
            if not _registers(call, variable):
                continue
            assert isinstance(call, ast.Call)
            try:
                words = {word.arg: ast.literal_eval(word.value) for word in call.keywords}
                name = ast.literal_eval(call.args[0])
            except (ValueError, IndexError) as error:
                raise ValueError(
                    f"{path}, line {call.lineno}: expected register('name', source='…') with plain strings, "
                    "which can be read without importing the file"
                ) from error
            yield Entry(name, module, first_line(ast.get_docstring(node)), words.get("source", ""))


def _registers(call: ast.expr, variable: str) -> bool:
    """Is it `@REGISTRY.register(...)`, with a registry's name as constants are written?"""
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "register"):
        return False
    shelf = call.func.value
    return isinstance(shelf, ast.Name) and shelf.id.isupper() and variable in ("", shelf.id)


@functools.cache
def _decorated(path: Path, changed: int) -> list[ast.ClassDef | ast.FunctionDef]:
    """Return the decorated definitions of a file; every registry asks for them, and a file is parsed once."""
    del changed  # a file that was written since is another file
    body = ast.parse(path.read_text(encoding="utf-8"), filename=str(path)).body
    return [node for node in body if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and node.decorator_list]


def modules_below(package: str) -> Iterator[tuple[str, Path]]:
    """Yield the modules of a package's folder and of the folders in it."""
    spec = importlib.util.find_spec(package)
    for folder in (spec.submodule_search_locations if spec else None) or ():
        for path in sorted([*Path(folder).glob("*.py"), *Path(folder).glob("*/*.py")]):
            parts = path.relative_to(folder).with_suffix("").parts
            yield ".".join((package, *(part for part in parts if part != "__init__"))), path


def modules_near(module: str) -> list[tuple[str, Path]]:
    """Return a module of another package and those in its folder; a module without a package stands alone."""
    parent = module.rpartition(".")[0]
    if parent:
        return [(name, path) for name, path in modules_below(parent) if name.count(".") <= module.count(".")]
    spec = importlib.util.find_spec(module)
    return [(module, Path(spec.origin))] if spec and spec.origin else []


def first_line(doc: str | None) -> str:
    """Return the first line of a docstring, "" of none."""
    return (doc or "").strip().partition("\n")[0]
