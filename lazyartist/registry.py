"""Names to things: what stands in a folder, and what other packages add by entry point.

A thing is a class or function decorated with `@REGISTRY.register("name")` in any file of the registry's package.
Names, first docstring lines and sources are read from the text of those files, so listing them imports nothing.
"""

from __future__ import annotations

import difflib
import functools
import importlib
import importlib.metadata
import inspect
import logging

from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, cast

from lazyartist.options import Option, split_options, truth_of
from lazyartist.registrations import Entry, first_line, modules_below, modules_near, registered_in


if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from pathlib import Path

T = TypeVar("T")
log = logging.getLogger(__name__)


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
        files = self._files()
        entries = {entry.name: entry for place in files for entry in registered_in(*place, variable=self._variable)}
        for point in importlib.metadata.entry_points(group=self.group):
            kept = entries.setdefault(point.name, Entry(point.name, point.value, f"from {point.value}"))
            if kept.module.partition(":")[0] != point.value.partition(":")[0]:
                _say_taken(self.kind, point.name, point.value, kept.module)
        for name, thing in self._things.items():
            source = self._sources.get(name, "")  # what came by entry point was never registered
            entries.setdefault(name, Entry(name, _origin(thing), first_line(thing.__doc__), source))
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
        files = [*modules_below(self.package)]
        for point in importlib.metadata.entry_points(group=self._beside) if self._beside else ():
            files += modules_near(point.value.partition(":")[0])
        return list(dict.fromkeys(files))


@functools.cache
def _say_taken(kind: str, name: str, value: str, by: str) -> None:
    """Warn, once, of something that an entry point leads to and that cannot be reached."""
    log.warning(
        "the %s name %r is taken by %s: %s is left out until its entry point has another name", kind, name, by, value
    )


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
