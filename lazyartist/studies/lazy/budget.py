"""Laziness is a budget: easy and hard accuracy while plain training goes on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from lazyartist.strategies import configured
from lazyartist.studies import STUDIES
from lazyartist.studies.base import LAZY, Fact, Run, Study
from lazyartist.studies.common import accuracies
from lazyartist.training.fit import fit
from lazyartist.training.store import describe


if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import nn

    from lazyartist.reporting.row import Row
    from lazyartist.training.store import Store, Trained

LOOKS = (10, 20, 30, 40, 60, 80, 120, 180, 250, 375, 500, 750, 1125, 1500, 2250, 3000)


@STUDIES.register("budget")
class BudgetStudy(Study):
    """Task 1: easy and hard accuracy of plain training against its length: laziness is a budget, not a property."""

    name: ClassVar[str] = "budget"
    strategies: ClassVar[tuple[str, ...]] = ("erm",)
    seeds: ClassVar[int] = 3

    def runs(self, **arguments: Any) -> list[Run]:
        """Return long runs with the lazy model's even steps; see `Study.runs`."""
        given = arguments.pop("budget", {})
        return [replace(run, budget=replace(LAZY, **{"epochs": 8, **given})) for run in super().runs(**arguments)]

    def rows(self, run: Run, store: Store) -> list[Row]:
        """Train once, look on the way, and return a row for each look; such a model is not kept in the store."""
        del store
        strategy, task = configured(run.strategy), run.task()
        card = describe(strategy, task, run.model, run.budget, run.seed)
        total = run.budget.steps(len(task.train))
        rows: list[Row] = []

        def look(step: int, model: nn.Module) -> None:
            if step in LOOKS or step == total:
                words = f"{step} of {total} steps, {str(run.budget).partition(', ')[2]}"
                facts = [replace(fact, direction="", detail=None) for fact in accuracies(model, task)]
                rows.extend(self.tell(run, replace(card, budget=words, steps=step), facts))

        fitted = fit(strategy, task, run.model, budget=run.budget, seed=run.seed, watch=look)
        return [replace(row, seconds=round(fitted.seconds, 3)) for row in rows]

    def ask(self, run: Run, trained: Trained) -> Iterator[Fact]:
        """Asks nothing after training."""
        del run, trained
        yield from ()
