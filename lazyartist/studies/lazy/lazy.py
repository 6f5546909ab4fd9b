"""Task 1: a lazy model, and the proof that it looks at the colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from lazyartist.probes import recolour
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact, Run, Study
from lazyartist.studies.common import accuracies, rounded


if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazyartist.training.store import Trained


@STUDIES.register("lazy")
class LazyStudy(Study):
    """Task 1: trains lazy models and proves them lazy: easy and hard accuracy, confusion, the recolour proof."""

    name: ClassVar[str] = "lazy"
    strategies: ClassVar[tuple[str, ...]] = ("lazy",)
    seeds: ClassVar[int] = 10

    def ask(self, run: Run, trained: Trained) -> Iterator[Fact]:
        """Yield accuracies, whether the answer follows the colour, and the steps it took."""
        task = run.task()
        yield from accuracies(trained.model, task, lazy=True)
        found = recolour(trained.model, task.hard["other"])
        pairs = task.train.classes * (task.train.classes - 1)
        yield Fact("follows_colour", found.follows, found.n * pairs, "higher", rounded(found.follows_table.tolist()))
        yield Fact("stays_with_shape", found.stays, found.n * pairs, "", rounded(found.stays_table.tolist()))
        yield Fact("steps", trained.card.steps, 1, "")
