"""Which code can reach a result: a digest that changes when that code does, and not when anything else does.

From a class or function the walk goes to every definition that its text names, in its own module or imported from this
package or the thing's own, and on from there; module-level constants are definitions too. Layout, comments, docstrings,
annotations of arguments and `@REGISTRY.register(...)` cannot change a bit and do not count. Other packages count by their versions.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import sys

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import uuid4


# What finds, keeps, shows and judges results; none of it decides a bit of one.
DECIDES_NOTHING = tuple(
    f"lazyartist.{room}"
    for room in (
        *("registry", "files", "provenance", "progress", "reporting", "cli", "commands", "checks", "pytest_plugin"),
        *("page", "training.store", "studies.runner"),
    )
)
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def code_digest(*things: Any) -> str:
    """Return the SHA-256 of all code that can reach what `things` compute: classes, functions or whole modules' names.

    What has no file (a class typed into a notebook) has a new digest every time, so that nothing old is taken for it.
    """
    digest = hashlib.sha256()
    for module, name in sorted(reachable(*things)):
        source = _module(module)
        if source is None:
            return uuid4().hex
        digest.update(f"{module}:{name}".encode())
        digest.update(source.text_of(name).encode())
    return digest.hexdigest()


def reachable(*things: Any) -> set[tuple[str, str]]:
    """Return (module, name) of every definition that `things` can reach, themselves included."""
    roots = [(thing.__module__, thing.__qualname__.partition(".")[0]) for thing in things]
    near = {"lazyartist", *(module.partition(".")[0] for module, _ in roots)}
    found: set[tuple[str, str]] = set()
    todo = list(roots)
    while todo:
        module, name = todo.pop()
        if (module, name) in found or module.partition(".")[0] not in near or _decides_nothing(module):
            continue
        found.add((module, name))
        source = _module(module)
        if source is not None:
            todo += source.used_by(name)
    return found


def _decides_nothing(module: str) -> bool:
    return any(module == room or module.startswith(f"{room}.") for room in DECIDES_NOTHING)


@dataclass
class _Source:
    """The text of a module, by definition."""

    module: str
    definitions: dict[str, list[ast.stmt]] = field(default_factory=dict)
    imported: dict[str, tuple[str, str]] = field(default_factory=dict)  # name here -> module, name there; "" is all of it
    loose: list[ast.stmt] = field(default_factory=list)  # statements that bind no name: they act when it is imported

    def text_of(self, name: str) -> str:
        """Return what Python makes of a definition and of the module's loose statements."""
        return "".join(ast.dump(node) for node in [*self.definitions.get(name, []), *self.loose])

    def used_by(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield the definitions that one names, and those that the loose statements name."""
        if name and name not in self.definitions:  # a name passed on from elsewhere, as a package's __init__ does
            if name in self.imported:
                yield self.imported[name]
            return
        wanted = self.definitions if not name else [name]
        nodes = [node for each in wanted for node in self.definitions[each]]
        for node in [*nodes, *self.loose]:
            local = dict(self.imported)
            for part in ast.walk(node):  # an import inside a function
                if isinstance(part, (ast.Import, ast.ImportFrom)):
                    local.update(_imports(part, self.module))
            for part in ast.walk(node):
                if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id in local:
                    module, there = local[part.value.id]
                    if not there:  # module.name
                        yield module, part.attr
                if isinstance(part, ast.Name):
                    if part.id in self.definitions:
                        yield self.module, part.id
                    elif part.id in local and local[part.id][1]:
                        yield local[part.id]


@lru_cache(maxsize=None)
def _module(name: str) -> _Source | None:
    """Read a module once per process: what is edited while it runs is not what runs. None if it has no file."""
    path = _file_of(name)
    if path is None:
        return None
    source = _Source(name)
    tree = _stripped(ast.parse(path.read_bytes()))
    for node in tree.body:
        _file(node, source)
    return source


def _file(node: ast.stmt, source: _Source) -> None:
    """Put one top-level statement where it belongs."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        source.imported.update(_imports(node, source.module))
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        source.definitions.setdefault(node.name, []).append(node)
    elif isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        pass
    elif names := sorted({part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}):
        for name in names:
            source.definitions.setdefault(name, []).append(node)
    else:
        source.loose.append(node)


def _imports(node: ast.Import | ast.ImportFrom, module: str) -> dict[str, tuple[str, str]]:
    """Return what an import binds: name here -> (module, name there)."""
    if isinstance(node, ast.Import):
        return {alias.asname or alias.name.partition(".")[0]: (alias.name, "") for alias in node.names}
    origin = node.module or ""
    if node.level:
        path = _file_of(module)
        package = module if path is not None and path.name == "__init__.py" else module.rpartition(".")[0]
        for _ in range(node.level - 1):
            package = package.rpartition(".")[0]
        origin = f"{package}.{origin}".rstrip(".")
    bound = {}
    for alias in node.names:
        inner = f"{origin}.{alias.name}"
        is_module = inner.partition(".")[0] in sys.modules and _is_module(inner)
        bound[alias.asname or alias.name] = (inner, "") if is_module else (origin, alias.name)
    return bound


@lru_cache(maxsize=None)
def _is_module(name: str) -> bool:
    if name in sys.modules:
        return True
    parent = sys.modules.get(name.rpartition(".")[0])
    if parent is None or not hasattr(parent, "__path__") or hasattr(parent, name.rpartition(".")[2]):
        return False
    return importlib.util.find_spec(name) is not None


def _file_of(name: str) -> Path | None:
    """Return the file of a module that is imported, or could be."""
    loaded = sys.modules.get(name)
    if loaded is not None:
        path = getattr(loaded, "__file__", None)
        return Path(path) if path and path.endswith(".py") else None
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return None
    return Path(spec.origin) if spec and spec.origin and spec.origin.endswith(".py") else None


def _stripped(tree: ast.Module) -> ast.Module:
    """Take out what cannot change a bit: docstrings, annotations of arguments and results, registrations."""
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
        if isinstance(node, ast.AnnAssign):  # of a dataclass, only that a field belongs to the class matters
            is_class = any(isinstance(part, ast.Name) and part.id == "ClassVar" for part in ast.walk(node.annotation))
            node.annotation = ast.Constant("ClassVar" if is_class else "")
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            node.decorator_list = [call for call in node.decorator_list if not _is_registration(call)]
    return tree


def _is_registration(call: ast.expr) -> bool:
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "register"
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id.isupper()
    )


def definitions_text(things: Iterable[Any]) -> list[str]:
    """Return "module:name" of all that `things` can reach, sorted: what a digest covers, for people."""
    return [f"{module}:{name}" for module, name in sorted(reachable(*things))]
