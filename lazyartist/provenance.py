"""Which code can reach a result: a digest that changes when that code does, and not when anything else does.

From a class or function the walk goes to every definition that its text names, in its own module or imported from this
package or the thing's own, and on from there; module-level constants are definitions too. Layout, comments, docstrings,
annotations of arguments and `@REGISTRY.register(...)` cannot change a bit and do not count. Other packages count by
their versions. Nothing is imported to find out, so that every process comes to the same digest.
"""

from __future__ import annotations

import hashlib

from typing import Any
from uuid import uuid4

from lazyartist.module_text import Place, module_text, resolved


# What finds, keeps, shows and judges results; none of it decides a bit of one.
DECIDES_NOTHING = tuple(
    f"lazyartist.{room}"
    for room in (
        *(
            "registry",
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
            "check_tasks",
        ),
        *("pytest_plugin", "page", "training.store", "studies.runner"),
    )
)


def code_digest(*things: Any) -> str:
    """Return the SHA-256 of all code that can reach what `things`, classes or functions, compute.

    What has no file (a class typed into a notebook) has a new digest every time, so that nothing old is taken for it.
    """
    digest = hashlib.sha256()
    if not all(_is_written(*place_of(thing)) for thing in things):
        return uuid4().hex
    for module, name in sorted(reachable(*things)):
        source = module_text(module)
        if source is not None:  # otherwise it is compiled, or generated
            digest.update(f"{module}:{name}".encode())
            digest.update(source.text_of(name).encode())
    return digest.hexdigest()


def reachable(*things: Any) -> set[Place]:
    """Return (module, name) of every definition that `things` can reach, themselves included."""
    todo = [place_of(thing) for thing in things]
    near = {"lazyartist", *(module.partition(".")[0] for module, _ in todo)}
    places: set[Place] = set()
    while todo:
        module, name = resolved(*todo.pop())
        if (module, name) in places or module.partition(".")[0] not in near or _decides_nothing(module):
            continue
        places.add((module, name))
        source = module_text(module)
        if source is not None:
            todo += source.used_by(name)
    return places


def place_of(thing: Any) -> Place:
    """Return module and outermost name of a class or function; of a partial, those of its function."""
    thing = getattr(thing, "func", thing) if not hasattr(thing, "__qualname__") else thing
    return thing.__module__, thing.__qualname__.partition(".")[0]


def _decides_nothing(module: str) -> bool:
    return any(module == room or module.startswith(f"{room}.") for room in DECIDES_NOTHING)


def _is_written(module: str, name: str) -> bool:
    source = module_text(module)
    return source is not None and name in source.definitions
