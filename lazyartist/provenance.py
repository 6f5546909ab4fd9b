"""Which code can reach a result: a digest that changes when that code does, and not when anything else does.

From a class or function the walk goes to every definition that its text names, in its own module or imported from this
package, the thing's own or any that is not installed, and on from there; module-level constants are definitions too.
Layout, comments, docstrings, annotations of arguments and `@REGISTRY.register(...)` cannot change a bit and do not
count. Installed packages count by their versions. Nothing is imported to find out, so that every process comes to the
same digest.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import sys

from functools import cache
from typing import Any
from uuid import uuid4

from lazyartist.module_text import Place, is_installed, module_text, resolved


# What finds, keeps, shows and judges results; none of it decides a bit of one.
DECIDES_NOTHING = tuple(
    f"lazyartist.{room}"
    for room in (
        *(
            "registry",
            "registrations",
            "options",
            "files",
            "provenance",
            "module_text",
            "progress",
            "reporting",
            "arguments",
            "shared_arguments",
            "cli",
            "commands",
            "report_commands",
            "checks",
            "check_runs",
            "check_tasks",
        ),
        *("pytest_plugin", "page", "training.store", "studies.runner"),
    )
)

# Every result says which versions of these it was made with; see `lazyartist.training.store.versions`.
IN_EVERY_RESULT = frozenset({"torch", "torchvision", "numpy", "scipy", "sklearn"})


def code_digest(*things: Any) -> str:
    """Return the SHA-256 of all code that can reach what `things`, classes or functions, compute.

    What has no file (a class typed into a notebook) has a new digest every time, so that nothing old is taken for it.
    """
    digest = hashlib.sha256()
    if not all(_is_written(*place_of(thing)) for thing in things):
        return uuid4().hex
    places, libraries = _walked(*things)
    for module, name in sorted(places):
        source = module_text(module)
        if source is not None:  # otherwise it is compiled, or generated
            digest.update(f"{module}:{name}".encode())
            digest.update(source.text_of(name).encode())
    for library in sorted(libraries):
        digest.update(_version_of(library).encode())
    return digest.hexdigest()


def reachable(*things: Any) -> set[Place]:
    """Return (module, name) of every definition that `things` can reach, themselves included."""
    return _walked(*things)[0]


def _walked(*things: Any) -> tuple[set[Place], set[str]]:
    """Return the definitions that `things` can reach, and the installed packages that code of others than us names."""
    todo = [place_of(thing) for thing in things]
    near = {"lazyartist", *(_package(module) for module, _ in todo)}
    places: set[Place] = set()
    libraries: set[str] = set()
    while todo:
        module, name = resolved(*todo.pop())
        if (module, name) in places or _package(module) not in near or _decides_nothing(module):
            continue
        places.add((module, name))
        source = module_text(module)
        if source is None:
            continue
        used = source.used_by(name)
        if _package(module) != "lazyartist":
            others = {_package(each) for each, _ in used} - near - IN_EVERY_RESULT - sys.stdlib_module_names - {""}
            installed = {other for other in others if is_installed(other)}
            libraries |= installed
            near |= others - installed
        todo += used
    return places, libraries


def place_of(thing: Any) -> Place:
    """Return module and outermost name of a class or function; of a partial, those of its function."""
    thing = getattr(thing, "func", thing) if not hasattr(thing, "__qualname__") else thing
    return thing.__module__, thing.__qualname__.partition(".")[0]


def _package(module: str) -> str:
    return module.partition(".")[0]


@cache
def _version_of(package: str) -> str:
    """Return the name and version of what was installed and brought a package along."""
    names = sorted(set(importlib.metadata.packages_distributions().get(package, ())))
    return " ".join(f"{name}=={importlib.metadata.version(name)}" for name in names) or package


def _decides_nothing(module: str) -> bool:
    return any(module == room or module.startswith(f"{room}.") for room in DECIDES_NOTHING)


def _is_written(module: str, name: str) -> bool:
    source = module_text(module)
    return source is not None and name in source.definitions
