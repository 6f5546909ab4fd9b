"""Which epoch's model is kept: chosen on validation images by their worst group, by their average, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from lazyartist.data.images import UnsupportedError
from lazyartist.probes.groups import GroupAccuracy, group_accuracy, group_sizes
from lazyartist.strategies import STRATEGIES
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact
from lazyartist.studies.classifiers import ClassifierStudy, Run
from lazyartist.studies.cures.metrics import AVERAGE, WORST_GROUP
from lazyartist.training.fit import fit


if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor, nn

    from lazyartist.reporting.row import Row
    from lazyartist.training.store import Store

BY_WORST, BY_AVERAGE, LAST = "worst group", "average", "none"


@dataclass(frozen=True, eq=False)
class Look:
    """What validation and test images say after a step."""

    step: int
    validation: GroupAccuracy
    test: GroupAccuracy


@STUDIES.register("selection")
@dataclass(frozen=True)
class SelectionStudy(ClassifierStudy):
    """Keeps the epoch that does best on validation images, by worst group or average, or the last one; judged on test.

    The papers that report on Waterbirds choose by the worst group of validation images whose attributes are known;
    that is knowledge too, and this says what it is worth.
    """

    name: ClassVar[str] = "selection"
    default_datasets: ClassVar[tuple[str, ...]] = ("mnist",)
    default_strategies: ClassVar[tuple[str, ...]] = ("erm", "jtt", "group_dro")
    default_seeds: ClassVar[int] = 3

    def rows(self, run: Run, store: Store) -> list[Row]:
        """Train once and look after every epoch; such a model is not kept in the store."""
        del store
        task = run.task()
        if not task.test.bias:
            raise UnsupportedError(f"{task.name} has no bias attribute, so that there are no groups to select by")
        steps = run.budget.steps(len(task.train))
        every = max(1, round(steps / run.budget.epochs))
        looks: list[Look] = []

        def look(step: int, model: nn.Module) -> None:
            looks.append(Look(step, group_accuracy(model, task.easy), group_accuracy(model, task.test)))

        def watch(step: int, model: nn.Module) -> None:
            if step % every == 0 and step != steps:
                look(step, model)

        strategy = STRATEGIES.build(run.strategy)
        fitted = fit(strategy, task, run.network, budget=run.budget, seed=run.seed, watch=watch)
        look(fitted.steps, fitted.model)  # at the end, whatever the strategy did to it last
        return self.to_rows(run, fitted.seconds, _chosen(looks, group_sizes(task.train), every))


def _chosen(looks: list[Look], weights: Tensor, every: int) -> Iterator[Fact]:
    """Yield what the test images say of the models that each rule keeps; of equally good ones the first is kept."""
    kept = {
        BY_WORST: max(looks, key=lambda look: look.validation.worst),
        BY_AVERAGE: max(looks, key=lambda look: look.validation.average(weights)),
        LAST: looks[-1],
    }
    for rule, look in kept.items():
        where = {"selected_by": rule}
        n = int(look.test.n.sum())
        yield Fact(WORST_GROUP, look.test.worst, n, at=where)
        yield Fact(AVERAGE, look.test.average(weights), n, at=where)
        yield Fact("epoch", look.step / every, 1, at=where)
