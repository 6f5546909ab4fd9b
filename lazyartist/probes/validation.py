"""What probes take: a split, whose images, classes and attributes are known."""

from __future__ import annotations

from lazyartist.data.images import Split


def need_split(split: object, needed_by: str) -> None:
    """Refuse anything that is not a split, and say how to make one.

    Raises:
        ValueError: it is something else; names who needs it.
    """
    if isinstance(split, Split):
        return
    name = type(split).__name__
    raise ValueError(
        f"{needed_by} needs a Split, such as task.easy, got {name}: images with named factors become one by "
        "Split(images, target=..., bias=...); see lazyartist.data.images"
    )
