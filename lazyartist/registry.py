"""Names to things: what stands in a folder, and what other packages add by entry point.

A thing is a class or function decorated with `@REGISTRY.register("name")` in any file of the registry's package.
Names, first docstring lines and sources are read from the text of those files, so listing them imports nothing.
"""

from __future__ import annotations

import ast
import difflib
import importlib
import importlib.metadata
import importlib.util

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")


def split_options(spec: str) -> tuple[str, dict[str, int | float]]:
    """Return name and options of a specification such as "simple_cnn:width=32" or "focal:gamma=0.5".

    Raises:
        ValueError: an option is not of the form name=number.
    """
    name, *given = spec.split(":")
    options: dict[str, int | float] = {}
    for option in given:
        key, _, value = option.partition("=")
        try:
            options[key] = int(value) if value.isdecimal() else float(value)
        except ValueError as error:
            raise ValueError(
                f"{spec!r}: expected options as in 'simple_cnn:width=32' or 'jtt:first=0.2:times=50', got {option!r}"
            ) from error
    return name, options


@dataclass(frozen=True)
class Entry:
    """What can be said of a thing without importing it."""

    name: str
    module: str
    summary: str = ""
    source: str = ""


class Registry(Generic[T]):
    """The things of one kind.

    Args:
        kind: the singular word for messages, "strategy".
        package: dotted name of the package whose files are searched; also the entry point group of other packages.
    """

    def __init__(self, kind: str, package: str) -> None:
        self.kind = kind
        self.package = package
        self._things: dict[str, T] = {}
        self._sources: dict[str, str] = {}

    def register(self, name: str, *, source: str = "") -> Callable[[T], T]:
        """Return a decorator that puts a thing under `name`; `source` is the paper or place that it comes from.

        Raises:
            ValueError: the name is taken by something else.
        """

        def put(thing: T) -> T:
            old = self._things.get(name)
            if old is not None and _origin(old) != _origin(thing):
                raise ValueError(
                    f"the {self.kind} name {name!r} is taken by {_origin(old)}: give {_origin(thing)} another name"
                )
            self._things[name] = thing
            self._sources[name] = source
            return thing

        return put

    def __getitem__(self, name: str) -> T:
        """Return the thing called `name`, importing the one file that it stands in.

        Raises:
            UnknownNameError: nothing has this name; the message offers the nearest names and all of them.
        """
        if name not in self._things:
            entry = self.entries().get(name)
            if entry is None:
                raise unknown(self.kind, name, self.entries())
            module, _, attribute = entry.module.partition(":")
            found = importlib.import_module(module)
            if attribute:
                self._things[name] = getattr(found, attribute)
        return self._things[name]

    def __contains__(self, name: object) -> bool:
        return name in self._things or name in self.entries()

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self.entries()))

    def entries(self) -> dict[str, Entry]:
        """Every known name with what its file says of it: built in, from entry points, and registered by hand."""
        entries = {entry.name: entry for path in self._files() for entry in self._read(path)}
        for point in importlib.metadata.entry_points(group=self.package):
            entries.setdefault(point.name, Entry(point.name, point.value, f"from {point.value}"))
        for name, thing in self._things.items():
            source = self._sources.get(name, "")  # what came by entry point was never registered
            entries.setdefault(name, Entry(name, _origin(thing), _first_line(thing.__doc__), source))
        return entries

    def _files(self) -> list[Path]:
        spec = importlib.util.find_spec(self.package)
        folders = spec.submodule_search_locations if spec else None
        return sorted(path for folder in folders or () for path in Path(folder).glob("*.py"))

    def _read(self, path: Path) -> Iterator[Entry]:
        for node in ast.parse(path.read_text(encoding="utf-8"), filename=str(path)).body:
            if not isinstance(node, (ast.ClassDef, ast.FunctionDef)):
                continue
            for call in node.decorator_list:
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "register":
                    try:
                        words = {word.arg: ast.literal_eval(word.value) for word in call.keywords}
                        name = ast.literal_eval(call.args[0])
                    except (ValueError, IndexError) as error:
                        raise ValueError(
                            f"{path}, line {call.lineno}: expected register('name', source='…') with plain strings, "
                            "which can be read without importing the file"
                        ) from error
                    summary = _first_line(ast.get_docstring(node))
                    yield Entry(name, f"{self.package}.{path.stem}", summary, words.get("source", ""))


class UnknownNameError(KeyError):
    """A name that is not there; the message says what was asked, what comes near, and what there is."""

    def __str__(self) -> str:
        return str(self.args[0])  # a KeyError would show it in quotes


def unknown(kind: str, name: str, known: Iterable[str]) -> UnknownNameError:
    """Return the error for a name that is not there."""
    near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    return UnknownNameError(f"there is no {kind} called {name!r}.{hint} Known: {', '.join(sorted(known))}.")


def _origin(thing: object) -> str:
    return f"{getattr(thing, '__module__', '?')}:{getattr(thing, '__qualname__', repr(thing))}"


def _first_line(doc: str | None) -> str:
    return (doc or "").strip().partition("\n")[0]
