"""A study of datasets: what can be said of training images before a classifier is trained on them."""

from __future__ import annotations

import hashlib

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, cast

from lazyartist.data import DATASETS
from lazyartist.data.make import make_task
from lazyartist.knobs import check_knobs
from lazyartist.provenance import code_digest
from lazyartist.reporting.row import Origin
from lazyartist.studies.base import THREADS, Study, chosen_names, chosen_seeds
from lazyartist.studies.classifiers import files_behind
from lazyartist.training.store import versions


if TYPE_CHECKING:
    from lazyartist.data.task import Task
    from lazyartist.reporting.row import Row
    from lazyartist.studies.base import Fact
    from lazyartist.training.store import Store


@dataclass(frozen=True)
class DataRun:
    """A dataset to look at, and the seed that draws it."""

    dataset: str
    seed: int

    def task(self) -> Task:
        """Return the data."""
        return make_task(self.dataset, seed=self.seed)

    def __str__(self) -> str:
        return f"{self.dataset}, seed {self.seed}"


@dataclass(frozen=True)
class DataStudy(Study[DataRun]):
    """A study of datasets. Subclasses say what to measure; what is left empty is the study's own choice.

    Attributes:
        datasets: which.
        seeds: how many seeds from 0 on, or which.
    """

    chooses: ClassVar[tuple[str, ...]] = ("datasets", "seeds")
    default_datasets: ClassVar[tuple[str, ...]]
    default_seeds: ClassVar[int] = 3

    datasets: Sequence[str] = ()
    seeds: int | Sequence[int] = 0

    def __post_init__(self) -> None:
        check_knobs(self)
        object.__setattr__(self, "datasets", chosen_names(self.datasets, "datasets"))
        object.__setattr__(self, "seeds", chosen_seeds(self.seeds))
        for dataset in self.datasets:
            DATASETS.configured(dataset)

    def runs(self) -> list[DataRun]:
        """Return the runs, all seeds of a dataset one after the other."""
        seeds = cast("tuple[int, ...]", self.seeds) or range(self.default_seeds)
        return [DataRun(dataset, seed) for dataset in self.datasets or self.default_datasets for seed in seeds]

    def rows(self, run: DataRun, store: Store) -> list[Row]:
        """Draw the data, measure them, and return the facts as rows."""
        del store
        task = run.task()
        origin = Origin(
            run=self.digest(run),
            at={"dataset": task.name, **task.keys, **self.changed_knobs()},
            data=task.train.fingerprint,
            versions=versions(),
            threads=THREADS,
        )
        return self.as_rows(run.seed, origin, self.measure(run, task))

    def measure(self, run: DataRun, task: Task) -> Iterator[Fact]:
        """Yield what is measured of one drawing of a dataset."""
        raise NotImplementedError

    def digest(self, run: DataRun) -> str:
        """Return a digest of all that decides the rows of a run."""
        data = files_behind(run.dataset, run.task)
        code = code_digest(type(self), DATASETS.configured(run.dataset)[0])
        decides = (self.name, self.knobs(), run, data, versions(), THREADS, code)
        return hashlib.sha256(repr(decides).encode()).hexdigest()[:16]
