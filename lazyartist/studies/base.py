"""What every study shares: a run is one trained model and the questions asked of it."""

from __future__ import annotations

import hashlib

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from lazyartist.data.coloured import Conflict
from lazyartist.data.task import Task, make_task
from lazyartist.networks import factory
from lazyartist.reporting.row import Direction, Row
from lazyartist.strategies import configured
from lazyartist.training.fit import Budget
from lazyartist.training.store import Card, Store, Trained, source_digest, versions


if TYPE_CHECKING:
    from pathlib import Path

# One process, one thread: two processes with a thread each train two models faster than one process with two threads.
THREADS = 1

# so few epochs that plain training is still lazy: what a cure adds is the cure's
STANDARD = Budget(epochs=2)
# Laziness is a budget: small, even steps, ended by the strategy's look at the easy split.
LAZY = Budget(epochs=8, batch_size=128, learning_rate=1e-3, schedule="constant")


@dataclass(frozen=True)
class Run:
    """One trained model to ask: on which data, which network, trained how, with which seed."""

    dataset: str
    model: str
    strategy: str
    seed: int
    budget: Budget
    correlation: float = 0.95
    conflict: Conflict = "all"

    def task(self) -> Task:
        """Return the painted data of this run."""
        return _task(self.dataset, self.correlation, self.conflict, self.seed)

    def train(self, store: Store) -> Trained:
        """Return the trained model, from the store or trained now."""
        return store.fit(configured(self.strategy), self.task(), self.model, self.budget, self.seed)

    def __str__(self) -> str:
        return f"{self.dataset} {self.model} {self.strategy} at {self.correlation:g}, seed {self.seed}"


@dataclass(frozen=True)
class Fact:
    """What a study measured, before it is known which run it belongs to."""

    metric: str
    value: float
    n: int
    direction: Direction
    detail: list[Any] | None = None


class Study(ABC):
    """A question of the exercise. Subclasses say what to train, and what to ask of it.

    Attributes:
        name: also the name of the file its rows are kept in.
        strategies: what it trains unless told otherwise.
        datasets: what on.
        seeds: how many unless told otherwise.
        first_seed: which is the first one.
        standard: how long everything but the lazy model trains unless told otherwise.
    """

    name: ClassVar[str]
    strategies: ClassVar[tuple[str, ...]]
    datasets: ClassVar[tuple[str, ...]] = ("mnist", "fashion")
    seeds: ClassVar[int] = 5
    first_seed: ClassVar[int] = 0
    standard: ClassVar[Budget] = STANDARD

    @abstractmethod
    def ask(self, run: Run, trained: Trained) -> Iterator[Fact]:
        """Yield what is measured of one trained model."""

    def runs(
        self,
        *,
        datasets: Sequence[str] = (),
        models: Sequence[str] = ("simple_cnn",),
        strategies: Sequence[str] = (),
        seeds: Sequence[int] = (),
        budget: Mapping[str, Any] = MappingProxyType({}),
    ) -> list[Run]:
        """Return the runs of this study. What is left empty is the study's own choice.

        Args:
            datasets: names of datasets.
            models: names of networks.
            strategies: names of strategies.
            seeds: the seeds, counted from the study's first one.
            budget: fields of `Budget` to change, for every strategy alike.
        """
        return [
            Run(
                dataset,
                model,
                strategy,
                self.first_seed + seed,
                replace(LAZY if strategy == "lazy" else self.standard, **budget),
            )
            for dataset in datasets or self.datasets
            for model in models
            for seed in seeds or range(self.seeds)
            for strategy in strategies or self.strategies
        ]

    def rows(self, run: Run, store: Store) -> list[Row]:
        """Train or fetch the run's model, ask it, and return the facts as rows."""
        trained = run.train(store)
        return self.tell(run, trained.card, self.ask(run, trained))

    def tell(self, run: Run, card: Card, facts: Iterable[Fact]) -> list[Row]:
        """Turn facts about a run into rows."""
        common = Row(
            study=self.name,
            dataset=run.dataset,
            task=card.setting,
            model=run.model,
            strategy=run.strategy,
            uses=", ".join(card.uses).replace("_", " "),
            seed=run.seed,
            budget=card.budget,
            metric="",
            value=0.0,
            n=0,
            direction="",
            data=card.data,
            versions=card.versions,
            threads=card.threads,
            seconds=card.seconds,
        )
        return [replace(common, **asdict(fact)) for fact in facts]

    def illustrate(self, runs: Sequence[Run], store: Store, results: Path) -> list[Path]:
        """Draw what rows cannot hold, from the trained models of `runs`, into `results`; return what was written."""
        del runs, store, results
        return []

    def digest(self, run: Run) -> str:
        """Return what decides the rows of a run, but for its data, which follow from the arguments and the code."""
        things = (type(configured(run.strategy)), factory(run.model)[0], type(self))
        decides = (self.name, run, versions(), THREADS, source_digest(*things))
        return hashlib.sha256(repr(decides).encode()).hexdigest()[:16]


@lru_cache(maxsize=2)
def _task(dataset: str, correlation: float, conflict: Conflict, seed: int) -> Task:
    return make_task(dataset, correlation=correlation, conflict=conflict, seed=seed)
