"""What more than one chapter measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazyartist.probes import accuracy
from lazyartist.studies.base import Fact


if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import nn

    from lazyartist.data.task import Task
    from lazyartist.reporting.row import Direction


def rounded(table: list[list[float]]) -> list[list[float]]:
    """Return a table of shares with the four digits that are worth keeping."""
    return [[round(share, 4) for share in line] for line in table]


def accuracies(model: nn.Module, task: Task, *, lazy: bool = False) -> Iterator[Fact]:
    """Yield easy and hard accuracy, each with its confusion matrix. Of a lazy model, a low hard accuracy is wanted."""
    for name, split in {"easy": task.easy, **{f"hard_{way}": split for way, split in task.hard.items()}}.items():
        measured = accuracy(model, split)
        direction: Direction = "lower" if lazy and name != "easy" else "higher"
        yield Fact(f"{name}_accuracy", measured.value, measured.n, direction, measured.confusion.tolist())
