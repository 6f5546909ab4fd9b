"""Task 4: ways to train, side by side."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from lazyartist.probes import group_accuracy
from lazyartist.probes.groups import group_sizes
from lazyartist.strategies import STRATEGIES
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact
from lazyartist.studies.classifiers import ClassifierStudy, Run
from lazyartist.studies.common import accuracies, rounded
from lazyartist.studies.cures.metrics import AVERAGE, BALANCED, WORST_GROUP


if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazyartist.training.store import Trained


@STUDIES.register("cures")
@dataclass(frozen=True)
class CuresStudy(ClassifierStudy):
    """Task 4: trains every cure beside matched ERM and oracle on the same seeds; judged on hard splits and groups.

    Unless told otherwise, the strategies are those of this package that stand in comparisons of cures; strategies of
    other packages are measured when they are named.
    """

    name: ClassVar[str] = "cures"
    default_strategies: ClassVar[tuple[str, ...]] = ()

    def runs(self) -> list[Run]:
        """Return a run of every cure on every dataset, network and seed."""
        chosen = self if self.strategies else replace(self, strategies=own_cures())
        return super(CuresStudy, chosen).runs()

    def measure(self, run: Run, trained: Trained) -> Iterator[Fact]:
        """Yield easy and hard accuracy, and the accuracy of the worst group with that of every group as detail."""
        task = run.task()
        yield from accuracies(trained.model, task)
        groups = group_accuracy(trained.model, task.test)
        n, detail = int(groups.n.sum()), rounded(groups.accuracy.tolist())
        # images that came with their groups: the worst one is what counts; of a hundred painted ones it is noise
        came_with_groups = not task.test.can_paint
        yield Fact(WORST_GROUP, groups.worst, n, "higher" if came_with_groups else "", detail)
        if came_with_groups:
            yield Fact(AVERAGE, groups.average(group_sizes(task.train)), n)
            yield Fact(BALANCED, groups.balanced, n)


def own_cures() -> tuple[str, ...]:
    """Return the strategies of this package that stand in comparisons of cures, by name."""
    entries = STRATEGIES.entries()
    own = [name for name in STRATEGIES if entries[name].module.startswith(f"{STRATEGIES.package}.")]
    return tuple(name for name in own if STRATEGIES[name].is_cure)
