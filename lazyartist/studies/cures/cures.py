"""Task 4: ways to train, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from lazyartist.probes import group_accuracy
from lazyartist.strategies import STRATEGIES
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact, Run, Study
from lazyartist.studies.common import accuracies, rounded


if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazyartist.training.store import Trained

# what stops early to be lazy is judged by the study "lazy"; what sees no colour is no cure
CURES = tuple(name for name in STRATEGIES if name not in ("lazy", "grayscale_erm"))


@STUDIES.register("cures")
class CuresStudy(Study):
    """Task 4: trains every strategy beside matched ERM and oracle on the same seeds; judged on swapped colours."""

    name: ClassVar[str] = "cures"
    strategies: ClassVar[tuple[str, ...]] = CURES

    def ask(self, run: Run, trained: Trained) -> Iterator[Fact]:
        """Yield easy and hard accuracy, and the accuracy by class and colour."""
        task = run.task()
        yield from accuracies(trained.model, task)
        found = group_accuracy(trained.model, task.hard["uniform"])
        yield Fact("worst_group_accuracy", found.worst, int(found.n.sum()), "", rounded(found.accuracy.tolist()))
