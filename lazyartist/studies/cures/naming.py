"""Naming the conflicting images without colour labels: how well, by what, and when."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, ClassVar

import torch

from lazyartist.probes.conflict_detection import CONFLICT_SCORES, judge_detection
from lazyartist.strategies import STRATEGIES
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact, Run, Study
from lazyartist.training.fit import fit, training_split
from lazyartist.training.store import describe


if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import nn

    from lazyartist.reporting.row import Row
    from lazyartist.training.store import Store, Trained

CONFLICTS = (0.01, 0.05, 0.2)
LOOKS = (0.1, 0.25, 0.5, 1, 2)  # epochs


@STUDIES.register("naming")
class NamingStudy(Study):
    """Task 4: names conflicting training images by loss, margin, distance and error set, while a network trains."""

    name: ClassVar[str] = "naming"
    strategies: ClassVar[tuple[str, ...]] = ("erm", "gce")
    seeds: ClassVar[int] = 3

    def runs(self, **arguments: Any) -> list[Run]:
        """Return every run with every share of conflicting images; see `Study.runs`."""
        return [
            replace(run, correlation=1 - conflict, conflict="others")
            for conflict in CONFLICTS
            for run in super(NamingStudy, self).runs(**arguments)
        ]

    def rows(self, run: Run, store: Store) -> list[Row]:
        """Train once, look on the way, and return rows for each look and score; such a model is not kept."""
        del store
        strategy, task = STRATEGIES.build(run.strategy), run.task()
        split = training_split(strategy, task, run.model, run.budget, run.seed)
        card = describe(strategy, task, run.model, run.budget, run.seed)
        an_epoch = run.budget.steps(len(task.train)) / run.budget.epochs
        looks = {round(look * an_epoch): look for look in LOOKS if look <= run.budget.epochs}
        margins: list[torch.Tensor] = []
        rows: list[Row] = []

        def look(step: int, model: nn.Module) -> None:
            if step not in looks:
                return
            logits, features = split.answers(model)
            scores = {name: score(logits, features, split.labels) for name, score in CONFLICT_SCORES.items()}
            margins.append(scores["margin"])
            scores["aum"] = torch.stack(margins).mean(0)
            words = f"{looks[step]:g} of {run.budget}"
            for name, score in scores.items():
                found = asdict(judge_detection(score, ~task.train.aligned))
                facts = [Fact(metric, value, len(score), "") for metric, value in found.items()]
                told = self.tell(run, replace(card, budget=words), facts)
                rows.extend(replace(row, strategy=f"{run.strategy}: {name}") for row in told)

        fitted = fit(strategy, task, run.model, budget=run.budget, seed=run.seed, watch=look)
        return [replace(row, seconds=round(fitted.seconds, 3)) for row in rows]

    def ask(self, run: Run, trained: Trained) -> Iterator[Fact]:
        """Asks nothing after training."""
        del run, trained
        yield from ()
