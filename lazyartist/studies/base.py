"""What a study is: a frozen dataclass that says what to run, and what rows a run gives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from lazyartist.data.task import whole_number
from lazyartist.reporting.row import Direction, Key, Origin, Row


if TYPE_CHECKING:
    from lazyartist.training.store import Store


# One process, one thread: two processes with a thread each train two models faster than one process with two threads.
THREADS = 1

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
class Fact:
    """What a study measured of a run; `at` says where, beyond the run's own keys."""

    metric: str
    value: float
    n: int
    direction: Direction = ""
    detail: list[Any] | None = None
    at: Mapping[str, Key] = field(default_factory=lambda: MappingProxyType({}))


def chosen_names(given: object, what: str) -> tuple[str, ...]:
    """Return the names that are meant by one of them, or by several.

    Raises:
        ValueError: they are no names.
    """
    names = (given,) if isinstance(given, str) or not isinstance(given, Iterable) else tuple(given)
    if not all(isinstance(name, str) and name for name in names):
        raise ValueError(f"{what}={given!r}: expected names, as in {what}=['a', 'b']")
    return names


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
