"""Detecting the conflicting images without bias labels: how well, by which score, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch

from lazyartist.knobs import knob
from lazyartist.probes.conflict_detection import CONFLICT_SCORES, judge_detection
from lazyartist.strategies import STRATEGIES
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact
from lazyartist.studies.classifiers import ClassifierStudy, Run, has_knob
from lazyartist.studies.cures.metrics import DETECTION
from lazyartist.training.fit import fit, training_view


if TYPE_CHECKING:
    from torch import nn

    from lazyartist.reporting.row import Key, Row
    from lazyartist.training.store import Store


@STUDIES.register("naming")
@dataclass(frozen=True)
class NamingStudy(ClassifierStudy):
    """Task 4: detects conflicting training images by loss, margin, distance and error set, while a network trains.

    Attributes:
        conflicts: the shares of conflicting training images.
        checkpoints: the epochs after which it looks.
    """

    name: ClassVar[str] = "naming"
    default_strategies: ClassVar[tuple[str, ...]] = ("erm", "gce")
    default_seeds: ClassVar[int] = 3

    conflicts: tuple[float, ...] = knob((0.01, 0.05, 0.2), above=0, below=1)
    checkpoints: tuple[float, ...] = knob((0.1, 0.25, 0.5, 1, 2), above=0)

    def runs(self) -> list[Run]:
        """Return every run with every share of conflicting images; those of data that are as they are, once."""
        runs = super().runs()
        chosen = [run for run in runs if has_knob(run.dataset, "correlation") and has_knob(run.dataset, "conflict")]
        return [
            *(run.with_data(correlation=1 - share, conflict="others") for share in self.conflicts for run in chosen),
            *(run for run in runs if run not in chosen),
        ]

    def rows(self, run: Run, store: Store) -> list[Row]:
        """Train once and judge every score at each checkpoint; such a model is not kept in the store."""
        del store
        strategy, task = STRATEGIES.build(run.strategy), run.task()
        view = training_view(strategy, task, run.network, run.budget, run.seed)
        conflicting = ~task.aligned(view.split)
        steps_per_epoch = run.budget.steps(len(view.split)) / run.budget.epochs
        epochs = {round(epoch * steps_per_epoch): epoch for epoch in self.checkpoints if epoch <= run.budget.epochs}
        margins: list[torch.Tensor] = []
        facts: list[Fact] = []

        def look(step: int, model: nn.Module) -> None:
            if step not in epochs:
                return
            logits, features = view.outputs(model)
            scores = {name: score(logits, features, view.labels) for name, score in CONFLICT_SCORES.items()}
            margins.append(scores["margin"])
            scores["mean_margin"] = torch.stack(margins).mean(0)
            for name, score in scores.items():
                quality = judge_detection(score, conflicting)
                keys: dict[str, Key] = {"epoch": epochs[step], "score": name}
                facts.extend(Fact(metric, getattr(quality, metric), len(score), at=keys) for metric in DETECTION)

        fitted = fit(strategy, task, run.network, budget=run.budget, seed=run.seed, watch=look)
        return self.to_rows(run, fitted.seconds, facts)
