"""Task 1: easy and hard accuracy while plain training goes on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from lazyartist.knobs import knob
from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.lazy import SMALL_STEPS
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact
from lazyartist.studies.classifiers import ClassifierStudy, Run
from lazyartist.studies.common import accuracies
from lazyartist.training.budget import Budget
from lazyartist.training.fit import fit


if TYPE_CHECKING:
    from torch import nn

    from lazyartist.reporting.row import Row
    from lazyartist.training.store import Store


@STUDIES.register("budget")
@dataclass(frozen=True)
class BudgetStudy(ClassifierStudy):
    """Task 1: easy and hard accuracy of plain training against its length: laziness is a budget, not a property.

    Attributes:
        checkpoints: the gradient steps after which it looks; it looks at the end too.
    """

    name: ClassVar[str] = "budget"
    default_strategies: ClassVar[tuple[str, ...]] = ("erm",)
    default_seeds: ClassVar[int] = 3
    standard: ClassVar[Budget] = SMALL_STEPS  # those of the lazy model

    checkpoints: tuple[int, ...] = knob(
        (10, 20, 30, 40, 60, 80, 120, 180, 250, 375, 500, 750, 1125, 1500, 2250, 3000), low=1, whole=True
    )

    def rows(self, run: Run, store: Store) -> list[Row]:
        """Train once and return the accuracies at each checkpoint; such a model is not kept in the store."""
        del store
        task = run.task()
        total = run.budget.steps(len(task.train))
        facts: list[Fact] = []

        def look(step: int, model: nn.Module) -> None:
            if step in self.checkpoints or step == total:
                measured = accuracies(model, task)
                facts.extend(replace(fact, direction="", detail=None, at={"step": step}) for fact in measured)

        fitted = fit(STRATEGIES.build(run.strategy), task, run.network, budget=run.budget, seed=run.seed, watch=look)
        return self.to_rows(run, fitted.seconds, facts)
