"""Names to things: what stands in a folder, and what other packages add by entry point.

A thing is a class or function decorated with `@REGISTRY.register("name")` in any file of the registry's package.
Names, first docstring lines and sources are read from the text of those files, so listing them imports nothing.
"""

from __future__ import annotations

import ast
import difflib
import functools
import importlib
import importlib.metadata
import importlib.util
import inspect
import logging

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, cast

from lazyartist.options import Option, split_options, truth_of


if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

T = TypeVar("T")
log = logging.getLogger(__name__)


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
        package: dotted name of the package whose files are searched, and those of the folders in it.
        variable: the registry's name in those files, where several registries share them.
        group: the entry point group of other packages; by default the package.
        given: parameters that are no knobs: whoever builds such a thing gives them.
        beside: another entry point group: the folders of what is there are searched too, so that what belongs to a
            thing is found beside it.
    """

    every: ClassVar[dict[str, Registry[Any]]] = {}

    def __init__(
        self,
        kind: str,
        package: str,
        *,
        variable: str = "",
        group: str = "",
        given: Collection[str] = (),
        beside: str = "",
    ) -> None:
        self.kind = kind
        self.package = package
        self.group = group or package
        self._variable = variable
        self.given = given
        self._beside = beside
        self._things: dict[str, T] = {}
        self._sources: dict[str, str] = {}
        self.every[self.group] = self

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

    def configured(self, spec: str) -> tuple[T, dict[str, Option]]:
        """Return the thing of a specification and the knobs that stand behind its name: "focal:gamma=5".

        What has a knob `path` may have it without its name, before the others: "folder:data/birds:target=y".

        Raises:
            UnknownNameError: nothing has this name.
            ValueError: this is no name, it has no such knob, or a knob that is true or false is given another value.
        """
        if not isinstance(spec, str):
            raise ValueError(f"{self.kind}={spec!r}: expected a name")
        thing = self[spec.partition(":")[0]]
        parameters = inspect.signature(cast("Callable[..., Any]", thing)).parameters
        name, options = split_options(spec, path="path" in parameters)
        for option in [each for each in options if each in parameters]:
            if isinstance(parameters[option].default, bool):
                options[option] = truth_of(options[option], option)
        if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
            known = [each for each in parameters if each not in self.given]
            for option in options:
                if option not in parameters:
                    knobs = f"the knobs {known}" if known else "no knobs"
                    raise ValueError(f"{spec!r}: {name} has {knobs}, not {option!r}")
        return thing, options

    def build(self, spec: str, **arguments: Any) -> Any:
        """Call the thing of a specification with its knobs and `arguments`; raises what `configured` raises."""
        thing, options = self.configured(spec)
        parameters = inspect.signature(cast("Callable[..., Any]", thing)).parameters
        taken = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
        if foreign := [] if taken else sorted(arguments.keys() - parameters.keys()):
            raise ValueError(f"the {self.kind} {spec!r} has no {', '.join(foreign)} to choose: leave that out")
        if twice := sorted(options.keys() & arguments.keys()):
            raise ValueError(f"{spec!r}: {', '.join(twice)} cannot be chosen here")
        return cast("Callable[..., Any]", thing)(**options, **arguments)

    def __contains__(self, name: object) -> bool:
        return name in self._things or name in self.entries()

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self.entries()))

    def entries(self) -> dict[str, Entry]:
        """Every known name with what its file says of it: built in, from entry points, and registered by hand."""
        entries = {entry.name: entry for module, path in self._files() for entry in self._read(module, path)}
        for point in importlib.metadata.entry_points(group=self.group):
            kept = entries.setdefault(point.name, Entry(point.name, point.value, f"from {point.value}"))
            if kept.module.partition(":")[0] != point.value.partition(":")[0]:
                _say_taken(self.kind, point.name, point.value, kept.module)
        for name, thing in self._things.items():
            source = self._sources.get(name, "")  # what came by entry point was never registered
            entries.setdefault(name, Entry(name, _origin(thing), _first_line(thing.__doc__), source))
        return entries

    def by_hand(self) -> dict[str, T]:
        """Return what is known to this process alone: no file or entry point leads to it."""
        modules = {module for module, _ in self._files()}
        points = {point.name for point in importlib.metadata.entry_points(group=self.group)}
        return {
            name: thing
            for name, thing in self._things.items()
            if getattr(_function(thing), "__module__", "") not in modules and name not in points
        }

    def adopt(self, things: Mapping[str, T]) -> None:
        """Take over what another process registered by hand."""
        self._things.update(things)

    def _files(self) -> list[tuple[str, Path]]:
        """The modules that are searched, with their files."""
        files = [(module, path) for module, path in _modules_below(self.package)]
        for point in importlib.metadata.entry_points(group=self._beside) if self._beside else ():
            files += _modules_near(point.value.partition(":")[0])
        return list(dict.fromkeys(files))

    def _read(self, module: str, path: Path) -> Iterator[Entry]:
        for node in _decorated(path, path.stat().st_mtime_ns):
            for call in node.decorator_list:
                if not self._is_ours(call):
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
                yield Entry(name, module, _first_line(ast.get_docstring(node)), words.get("source", ""))

    def _is_ours(self, call: ast.expr) -> bool:
        """Is it `@REGISTRY.register(...)`, with a registry's name as constants are written?"""
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "register"):
            return False
        shelf = call.func.value
        return isinstance(shelf, ast.Name) and shelf.id.isupper() and self._variable in ("", shelf.id)


@functools.cache
def _say_taken(kind: str, name: str, value: str, by: str) -> None:
    """Warn, once, of something that an entry point leads to and that cannot be reached."""
    log.warning(
        "the %s name %r is taken by %s: %s is left out until its entry point has another name", kind, name, by, value
    )


@functools.cache
def _decorated(path: Path, changed: int) -> list[ast.ClassDef | ast.FunctionDef]:
    """Return the decorated definitions of a file; every registry asks for them, and a file is parsed once."""
    del changed  # a file that was written since is another file
    body = ast.parse(path.read_text(encoding="utf-8"), filename=str(path)).body
    return [node for node in body if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and node.decorator_list]


def _modules_below(package: str) -> Iterator[tuple[str, Path]]:
    """Yield the modules of a package's folder and of the folders in it."""
    spec = importlib.util.find_spec(package)
    for folder in (spec.submodule_search_locations if spec else None) or ():
        for path in sorted([*Path(folder).glob("*.py"), *Path(folder).glob("*/*.py")]):
            parts = path.relative_to(folder).with_suffix("").parts
            yield ".".join((package, *(part for part in parts if part != "__init__"))), path


def _modules_near(module: str) -> list[tuple[str, Path]]:
    """Return a module of another package and those in its folder; a module without a package stands alone."""
    parent = module.rpartition(".")[0]
    if parent:
        return [(name, path) for name, path in _modules_below(parent) if name.count(".") <= module.count(".")]
    spec = importlib.util.find_spec(module)
    return [(module, Path(spec.origin))] if spec and spec.origin else []


class UnknownNameError(KeyError):
    """A name that is not there; the message says what was asked, what comes near, and what there is."""

    def __str__(self) -> str:
        return str(self.args[0])  # a KeyError would show it in quotes


def unknown(kind: str, name: str, known: Iterable[str]) -> UnknownNameError:
    """Return the error for a name that is not there."""
    near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    return UnknownNameError(f"there is no {kind} called {name!r}.{hint} Known: {', '.join(sorted(known)) or 'none'}.")


def _function(thing: object) -> object:
    """Return the function of a partial, and anything else as it is."""
    return thing.func if isinstance(thing, functools.partial) else thing


def _origin(thing: object) -> str:
    thing = _function(thing)
    return f"{getattr(thing, '__module__', '?')}:{getattr(thing, '__qualname__', repr(thing))}"


def _first_line(doc: str | None) -> str:
    return (doc or "").strip().partition("\n")[0]
