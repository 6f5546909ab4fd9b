"""Datasets that lie: images whose factors are known, and tasks in which one of them gives the class away.

A dataset is a function `make(*, seed: int, ...) -> Task`; what else it takes are its knobs, such as `correlation`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lazyartist.registry import Registry


if TYPE_CHECKING:
    from lazyartist.data.task import Task

DATASETS: Registry[Callable[..., Task]] = Registry("dataset", __name__, variable="DATASETS")
