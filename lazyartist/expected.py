"""Arguments of the wrong kind, refused in words before anything is done with them."""

from __future__ import annotations

import reprlib


def expect(name: str, value: object, kind: str, *members: str) -> None:
    """Refuse an argument that has not what is asked of it; whatever has it will do.

    Args:
        name: of the argument.
        value: what came.
        kind: what was expected, "a split, such as task.test".
        members: what is asked of it.

    Raises:
        ValueError: it lacks one of them.
    """
    if not all(hasattr(value, member) for member in members):
        raise ValueError(f"{name}={reprlib.repr(value)}: expected {kind}")


def expect_pair(name: str, value: object, kind: str) -> None:
    """Refuse what are not two things; arguments are those of `expect`.

    Raises:
        ValueError: it is no tuple or list of two.
    """
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise ValueError(f"{name}={reprlib.repr(value)}: expected {kind}")
