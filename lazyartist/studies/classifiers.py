"""A study of trained classifiers: which datasets, networks, strategies and seeds, and what rows a model gives."""

from __future__ import annotations

import hashlib
import inspect

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from functools import lru_cache
from typing import Any, ClassVar, cast

import torch

from lazyartist.data import DATASETS
from lazyartist.data.images import UnsupportedError
from lazyartist.data.make import make_task
from lazyartist.data.task import Task
from lazyartist.device import current
from lazyartist.knobs import check_knobs
from lazyartist.networks import NETWORKS, files_of
from lazyartist.provenance import code_digest
from lazyartist.reporting.row import Key, Origin, Row
from lazyartist.strategies import STRATEGIES
from lazyartist.studies.base import THREADS, Fact, Study, chosen_seeds
from lazyartist.training.budget import Budget
from lazyartist.training.fit import fit
from lazyartist.training.store import Store, Trained, versions


# so few epochs that plain training is still lazy: what a cure adds is the cure's
STANDARD = Budget(epochs=2)


@dataclass(frozen=True)
class Run:
    """One trained model to ask: on which data, which network, trained how, with which seed.

    Attributes:
        dataset: a name, with knobs behind it if need be.
        network: a name, with knobs.
        strategy: a name, with knobs.
        seed: of data, first weights and order.
        budget: how long it is trained.
        data: knobs of the dataset that the study sets, such as ("correlation", 0.99).
    """

    dataset: str
    network: str
    strategy: str
    seed: int
    budget: Budget
    data: tuple[tuple[str, Key], ...] = ()

    def task(self) -> Task:
        """Return the data of this run."""
        return _task(self.dataset, self.seed, self.data, current())

    def train(self, store: Store) -> Trained:
        """Return the trained model, from the store or trained now."""
        return store.fit(STRATEGIES.build(self.strategy), self.task(), self.network, self.budget, self.seed)

    def at(self) -> dict[str, Key]:
        """Return the keys of its rows."""
        task = self.task()
        keys = {"network": self.network, "strategy": self.strategy, **asdict(self.budget)}
        return {"dataset": task.name, **task.keys, **keys}

    def with_data(self, **knobs: Key) -> Run:
        """Return the run with knobs of its dataset changed.

        Raises:
            UnsupportedError: the dataset has no such knob.
        """
        if missing := [name for name in knobs if not has_knob(self.dataset, name)]:
            raise UnsupportedError(
                f"the dataset {self.dataset} has no {', '.join(missing)} to choose: leave it out here"
            )
        return replace(self, data=tuple({**dict(self.data), **knobs}.items()))

    def __str__(self) -> str:
        knobs = "".join(f" {name} {value}" for name, value in self.data)
        return f"{self.dataset}{knobs} {self.network} {self.strategy}, seed {self.seed}"


@dataclass(frozen=True)
class ClassifierStudy(Study[Run]):
    """A study of trained classifiers. Subclasses say what to measure; what is left empty is the study's own choice.

    Attributes:
        datasets: names of datasets.
        networks: names of networks.
        strategies: names of strategies.
        seeds: how many seeds from the study's first one on, or which, counted from it.
        budget: fields of `Budget` to change, for every strategy alike.
        default_datasets: what it runs on unless told otherwise; so are the other defaults.
        first_seed: which is the first one.
        standard: how long everything trains that has no budget of its own.
    """

    chooses: ClassVar[tuple[str, ...]] = ("datasets", "networks", "strategies", "seeds", "budget")

    datasets: Sequence[str] = ()
    networks: Sequence[str] = ()
    strategies: Sequence[str] = ()
    seeds: int | Sequence[int] = 0
    budget: Mapping[str, Any] = field(default_factory=dict)

    default_datasets: ClassVar[tuple[str, ...]] = ("mnist", "fashion")
    default_networks: ClassVar[tuple[str, ...]] = ("simple_cnn",)
    default_strategies: ClassVar[tuple[str, ...]] = ("erm",)
    default_seeds: ClassVar[int] = 5
    first_seed: ClassVar[int] = 0
    standard: ClassVar[Budget] = STANDARD

    def __post_init__(self) -> None:
        for name in ("datasets", "networks", "strategies"):
            given = getattr(self, name)
            names = (given,) if isinstance(given, str) or not isinstance(given, Iterable) else tuple(given)
            if not all(isinstance(one, str) and one for one in names):
                raise ValueError(f"{name}={given!r}: expected names, as in {name}=['a', 'b']")
            object.__setattr__(self, name, names)
        object.__setattr__(self, "seeds", chosen_seeds(self.seeds))
        if not isinstance(self.budget, Mapping):
            raise ValueError(f"budget={self.budget!r}: expected what is to be changed, such as {{'epochs': 1}}")
        object.__setattr__(self, "budget", dict(self.budget))
        self._check_knobs()
        known = [each.name for each in fields(Budget)]
        if wrong := [name for name in self.budget if name not in known]:
            raise ValueError(f"budget={self.budget}: there is no {', '.join(wrong)}; a budget has {', '.join(known)}")
        replace(self.standard, **self.budget)  # refuses values out of range before anything is trained

    def _check_knobs(self) -> None:
        """Hold knobs to their ranges; where several numbers are meant, one number stands for itself."""
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(each.default, tuple) and each.name not in self.chooses:
                several = tuple(value) if isinstance(value, (tuple, list)) else (value,)
                if not several or any(isinstance(one, str) != isinstance(each.default[0], str) for one in several):
                    raise ValueError(f"{each.name}={value!r}: expected values such as {each.default}")
                object.__setattr__(self, each.name, several)
        check_knobs(self)

    def runs(self) -> list[Run]:
        """Return the runs of this study, all strategies of a seed one after the other."""
        return [
            Run(dataset, network, strategy, self.first_seed + seed, self.budget_of(strategy))
            for dataset in self.datasets or self.default_datasets
            for network in self.networks or self.default_networks
            for seed in cast("tuple[int, ...]", self.seeds) or range(self.default_seeds)
            for strategy in self.strategies or self.default_strategies
        ]

    def budget_of(self, strategy: str) -> Budget:
        """Return how long a strategy is trained: its own budget or the study's, with what was asked for changed."""
        own = type(STRATEGIES.build(strategy)).budget
        return replace(own or self.standard, **self.budget)

    def rows(self, run: Run, store: Store) -> list[Row]:
        """Train or fetch the run's model, measure it, and return the facts as rows."""
        trained = run.train(store)
        return self.to_rows(run, trained.seconds, self.measure(run, trained))

    def measure(self, run: Run, trained: Trained) -> Iterator[Fact]:
        """Yield what is measured of one trained model."""
        raise NotImplementedError

    def to_rows(self, run: Run, seconds: float, facts: Iterable[Fact]) -> list[Row]:
        """Turn facts about a run into rows; `seconds` are the training's."""
        return self.as_rows(run.seed, self.origin(run, seconds), facts)

    def origin(self, run: Run, seconds: float) -> Origin:
        """Return what the rows of a run have in common."""
        strategy, task = STRATEGIES.build(run.strategy), run.task()
        split = task.oracle_split(run.strategy) if "unbiased_split" in strategy.uses else task.train
        return Origin(
            run=self.digest(run),
            at={**run.at(), **self.changed_knobs()},
            data=split.fingerprint,
            uses=tuple(sorted(use.replace("_", " ") for use in strategy.uses)),
            versions=versions(),
            threads=THREADS,
            seconds=round(seconds, 3),
        )

    def digest(self, run: Run) -> str:
        """Return what decides the rows of a run."""
        strategy = type(STRATEGIES.build(run.strategy))
        networks = (NETWORKS.configured(name)[0] for name in (run.network, *strategy.networks))
        data = files_behind(run.dataset, run.task) + files_of(run.network)
        code = code_digest(type(self), fit, strategy, *networks, DATASETS.configured(run.dataset)[0])
        decides = (self.name, self.knobs(), run, data, versions(), THREADS, code)
        return hashlib.sha256(repr(decides).encode()).hexdigest()[:16]


def has_knob(dataset: str, name: str) -> bool:
    """Can this knob of a dataset be chosen? Not where it is chosen behind the dataset's name already."""
    make, given = DATASETS.configured(dataset)
    knobs = inspect.signature(make).parameters
    return name not in given and (name in knobs or any(each.kind is each.VAR_KEYWORD for each in knobs.values()))


def files_behind(dataset: str, task: Callable[[], Task]) -> str:
    """Return what decides a dataset beside its name, its knobs and this package's code; "" where nothing else does.

    The data of this package follow from those; data of others may lie in files, whose fingerprints count.
    """
    make = DATASETS.configured(dataset)[0]
    return "" if getattr(make, "__module__", "").startswith("lazyartist.") else fingerprints(task())


def fingerprints(task: Task) -> str:
    """Return the fingerprints of all splits of a task."""
    return " ".join(split.fingerprint for split in (task.train, task.easy, task.test, *task.hard.values()))


@lru_cache(maxsize=2)
def _task(dataset: str, seed: int, knobs: tuple[tuple[str, Key], ...], device: torch.device) -> Task:
    del device  # the same data elsewhere are others
    return make_task(dataset, seed=seed, **dict(knobs))
