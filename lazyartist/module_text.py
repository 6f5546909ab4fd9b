"""The text of a module by definition, without layout, comments and docstrings, and what each definition names.

Nothing is imported to find out, so that every process reads the same.
"""

from __future__ import annotations

import ast
import importlib.util
import sys

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path


DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)

Place = tuple[str, str]  # module and name; no name is the whole module


def resolved(module: str, name: str, *attributes: str) -> Place:
    """Return the definition that `from module import name` and then `name.attribute.attribute` lead to.

    What a package binds itself comes before a submodule of the same name.
    """
    source = module_text(module)
    bound = source is None or name in source.definitions or name in source.imported
    if name and not bound and _file_of(f"{module}.{name}"):
        module, name = f"{module}.{name}", ""
    # an attribute of a class or constant is part of it
    return resolved(module, *attributes) if attributes and not name else (module, name)


@dataclass
class ModuleText:
    """The text of a module, by definition."""

    module: str
    definitions: dict[str, list[ast.stmt]] = field(default_factory=dict)
    imported: dict[str, Place] = field(default_factory=dict)  # name here -> module and name there
    loose: list[ast.stmt] = field(default_factory=list)  # statements that do more than bind a name
    _used: dict[str, set[Place]] = field(default_factory=dict)

    def text_of(self, name: str) -> str:
        """Return what Python makes of a definition and of the module's loose statements."""
        return "".join(_dumped(node) for node in [*self.definitions.get(name, []), *self.loose])

    def used_by(self, name: str) -> set[Place]:
        """Return the definitions that one names, and those that the loose statements name; "" is the whole module."""
        if name not in self._used:
            self._used[name] = set(self._named_by(name))
        return self._used[name]

    def _named_by(self, name: str) -> Iterator[Place]:
        if not name:
            yield from ((self.module, each) for each in self.definitions)
            yield from self.imported.values()
        elif name in self.imported:  # a name passed on from elsewhere, as a package's __init__ does
            yield self.imported[name]
        elif name not in self.definitions and "*" in self.imported:
            yield self.imported["*"][0], name
        for node in [*self.definitions.get(name, []), *self.loose]:
            yield from self._named_in(node)

    def _named_in(self, node: ast.stmt) -> Iterator[Place]:
        local = {**self.imported, **_imports_in(node, self.module)}  # with the imports inside a function
        inner: set[ast.AST] = set()  # a.b and a, where a.b.c was seen
        for part in ast.walk(node):  # from the outside in
            if isinstance(part, ast.Attribute):
                name, *attributes = _dotted(part)
                if name in local and part not in inner:
                    yield resolved(*local[name], *attributes)
                inner.add(part.value)
            elif isinstance(part, ast.Name) and part.id in self.definitions:
                yield self.module, part.id
            elif isinstance(part, ast.Name) and part.id in local and part not in inner:
                yield local[part.id]
            elif isinstance(part, ast.Name) and "*" in self.imported:
                yield self.imported["*"][0], part.id


def _dotted(node: ast.expr) -> list[str]:
    """Return the names of `a.b.c`; a first "" if it does not start with a name."""
    if isinstance(node, ast.Attribute):
        return [*_dotted(node.value), node.attr]
    return [node.id] if isinstance(node, ast.Name) else [""]


@cache
def module_text(name: str) -> ModuleText | None:
    """Read a module once per process: what is edited while it runs is not what runs. None if it has no file."""
    path = _file_of(name)
    if path is None:
        return None
    source = ModuleText(name)
    for node in _statements(path.read_bytes()):
        _file(node, source)
    return source


@cache
def _statements(text: bytes) -> list[ast.stmt]:
    return _stripped(ast.parse(text)).body


@cache
def _dumped(node: ast.stmt) -> str:
    return ast.dump(node)


def _file(node: ast.stmt, source: ModuleText) -> None:
    """Put one top-level statement where it belongs."""
    if isinstance(node, ast.If) and _dotted(node.test)[-1] == "TYPE_CHECKING":
        for other in node.orelse:
            _file(other, source)
        return
    source.imported.update(_imports_in(node, source.module) if not isinstance(node, (*FUNCTION, ast.ClassDef)) else {})
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return
    names, binds_only = _bound_by(node)
    for name in names:
        source.definitions.setdefault(name, []).append(node)
    if not binds_only:
        source.loose.append(node)


def _bound_by(node: ast.stmt) -> tuple[set[str], bool]:
    """Return the names that a statement binds, and whether it does nothing else."""
    if isinstance(node, (*FUNCTION, ast.ClassDef)):
        return {node.name}, True
    if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        parts = [part for target in targets for part in ast.walk(target)]
        names = {part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
        return names, not any(isinstance(part, (ast.Attribute, ast.Subscript)) for part in parts)
    names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    return names | {part.name for part in ast.walk(node) if isinstance(part, (*FUNCTION, ast.ClassDef))}, False


@cache
def _imports_in(node: ast.stmt, module: str) -> dict[str, Place]:
    """Return what the imports in a statement bind: name here -> module and name there."""
    bound: dict[str, Place] = {}
    for part in ast.walk(node):
        if isinstance(part, ast.Import):
            for alias in part.names:  # `import a.b` binds a
                name = alias.name if alias.asname else alias.name.partition(".")[0]
                bound[alias.asname or name] = (name, "")
        elif isinstance(part, ast.ImportFrom):
            origin = _origin(part, module)
            bound.update({alias.asname or alias.name: (origin, alias.name) for alias in part.names})
    return bound


def _origin(node: ast.ImportFrom, module: str) -> str:
    """Return the module that something is imported from, by its whole name."""
    if not node.level:
        return node.module or ""
    path = _file_of(module)
    parts = module.split(".")
    outer = node.level - (path is not None and path.name == "__init__.py")
    return ".".join([*parts[: len(parts) - outer], *([node.module] if node.module else [])])


@cache
def _file_of(name: str) -> Path | None:
    """Return the file of a module that is imported, or could be; no package is imported for it."""
    loaded = sys.modules.get(name)
    if loaded is not None:
        path = getattr(loaded, "__file__", None)
        return Path(path) if path and path.endswith(".py") else None
    parent, _, last = name.rpartition(".")
    if not parent:
        spec = importlib.util.find_spec(name)
        return Path(spec.origin) if spec and spec.origin and spec.origin.endswith(".py") else None
    package = _file_of(parent)
    if package is None or package.name != "__init__.py":
        return None
    paths = (package.parent / last / "__init__.py", package.with_name(f"{last}.py"))
    return next((path for path in paths if path.is_file()), None)


def is_installed(package: str) -> bool:
    """Did a package come from an installer, so that its version tells its text? What is edited in place did not."""
    path = _file_of(package)
    return path is None or not {"site-packages", "dist-packages"}.isdisjoint(path.parts)


def _stripped(tree: ast.Module) -> ast.Module:
    """Take out what cannot change a bit: docstrings, annotations of arguments and results, registrations."""
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        if isinstance(node, FUNCTION):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
        if isinstance(node, ast.AnnAssign):  # of a dataclass, only that a field belongs to the class matters
            is_class = any(isinstance(part, ast.Name) and part.id == "ClassVar" for part in ast.walk(node.annotation))
            node.annotation = ast.Constant("ClassVar" if is_class else "")
        if isinstance(node, (*FUNCTION, ast.ClassDef)):
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
