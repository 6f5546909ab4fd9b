"""What a study is: a frozen dataclass that says what to run, and what rows a run gives."""

from __future__ import annotations

import hashlib
import inspect

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any, ClassVar, Generic, TypeVar, cast

from lazyartist.data import DATASETS
from lazyartist.data.images import UnsupportedError
from lazyartist.data.make import make_task
from lazyartist.data.task import Task, whole_number
from lazyartist.knobs import check_knobs
from lazyartist.networks import NETWORKS, files_of
from lazyartist.provenance import code_digest
from lazyartist.reporting.row import Direction, Key, Origin, Row
from lazyartist.strategies import STRATEGIES
from lazyartist.training.budget import Budget
from lazyartist.training.fit import fit
from lazyartist.training.store import Store, Trained, versions


# One process, one thread: two processes with a thread each train two models faster than one process with two threads.
THREADS = 1

# so few epochs that plain training is still lazy: what a cure adds is the cure's
STANDARD = Budget(epochs=2)

MOST_SEEDS = 1_000_000

AnyRun = TypeVar("AnyRun")


@dataclass(frozen=True)
class Study(ABC, Generic[AnyRun]):
    """A question. Its fields are its knobs: `lazyartist run noise:sevens=50`.

    Attributes:
        name: also the name of the file that its rows are kept in.
    """

    name: ClassVar[str]
    chooses: ClassVar[tuple[str, ...]] = ()  # the fields that choose runs, and decide no row

    @abstractmethod
    def runs(self) -> list[AnyRun]:
        """Return what to run; each run is measured by itself, in whatever process."""

    @abstractmethod
    def rows(self, run: AnyRun, store: Store) -> list[Row]:
        """Measure one run, training what the store does not have."""

    @abstractmethod
    def digest(self, run: AnyRun) -> str:
        """Return a digest of all that decides the rows of a run."""

    def knobs(self) -> dict[str, Any]:
        """Return what decides a run's rows besides the run itself: the fields that do not choose runs."""
        return {each.name: getattr(self, each.name) for each in fields(self) if each.name not in self.chooses}

    def changed_knobs(self) -> dict[str, Key]:
        """Return the knobs that are not as they are by default: they are keys of the rows."""
        default = {each.name: each.default for each in fields(self)}
        return {
            name: value if isinstance(value, (int, float, str)) else str(value)
            for name, value in self.knobs().items()
            if value != default[name]
        }

    def as_rows(self, seed: int, origin: Origin, facts: Iterable[Fact]) -> list[Row]:
        """Turn facts about a run into rows."""
        names = ("metric", "value", "n", "direction", "detail")
        return [
            Row(
                study=self.name,
                at={**origin.at, **fact.at},
                seed=seed,
                origin=origin,
                **{name: getattr(fact, name) for name in names},
            )
            for fact in facts
        ]


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
        return _task(self.dataset, self.seed, self.data)

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
class Fact:
    """What a study measured of a run; `at` says where, beyond the run's own keys."""

    metric: str
    value: float
    n: int
    direction: Direction = ""
    detail: list[Any] | None = None
    at: Mapping[str, Key] = field(default_factory=lambda: MappingProxyType({}))


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
        """Return what decides the rows of a run.

        The data of this package follow from arguments and code; those of others may lie in files, and count too.
        """
        strategy = type(STRATEGIES.build(run.strategy))
        networks = (NETWORKS.configured(name)[0] for name in (run.network, *strategy.networks))
        make = DATASETS.configured(run.dataset)[0]
        data = "" if getattr(make, "__module__", "").startswith("lazyartist.") else fingerprints(run.task())
        things = (type(self), fit, strategy, *networks, make)
        decides = (
            self.name,
            self.knobs(),
            run,
            data + files_of(run.network),
            versions(),
            THREADS,
            code_digest(*things),
        )
        return hashlib.sha256(repr(decides).encode()).hexdigest()[:16]


def chosen_seeds(given: int | Iterable[int]) -> tuple[int, ...]:
    """Return the seeds that are meant by a number of them, or by themselves.

    Raises:
        ValueError: one is not a whole number from 0 on, or there are more than a million.
    """
    seeds = given if isinstance(given, Iterable) else range(min(whole_number(given, "seeds"), MOST_SEEDS + 1))
    chosen = tuple(whole_number(seed, "a seed") for seed in seeds)
    if len(chosen) > MOST_SEEDS:
        raise ValueError(f"seeds={given!r}: expected {MOST_SEEDS:,} at most")
    return chosen


def has_knob(dataset: str, name: str) -> bool:
    """Can this knob of a dataset be chosen? Not where it is chosen behind the dataset's name already."""
    make, given = DATASETS.configured(dataset)
    knobs = inspect.signature(make).parameters
    return name not in given and (name in knobs or any(each.kind is each.VAR_KEYWORD for each in knobs.values()))


def fingerprints(task: Task) -> str:
    """Return the fingerprints of all splits of a task."""
    return " ".join(split.fingerprint for split in (task.train, task.easy, task.test, *task.hard.values()))


@lru_cache(maxsize=2)
def _task(dataset: str, seed: int, knobs: tuple[tuple[str, Key], ...]) -> Task:
    return make_task(dataset, seed=seed, **dict(knobs))
