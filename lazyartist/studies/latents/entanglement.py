"""What a dataset's latents say of its lie before a classifier is trained: entangled latents, and odd images."""

from __future__ import annotations

import hashlib

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch

from lazyartist.data import DATASETS
from lazyartist.data.make import make_task
from lazyartist.knobs import check_knobs, knob
from lazyartist.latents.class_outliers import class_outliers, learn_briefly, posterior_of_all
from lazyartist.latents.metrics.information import mutual_information
from lazyartist.latents.metrics.null import shuffled
from lazyartist.latents.pictures import Pictures
from lazyartist.probes.conflict_detection import judge_detection
from lazyartist.provenance import code_digest
from lazyartist.reporting.row import Key, Origin
from lazyartist.studies import STUDIES
from lazyartist.studies.base import THREADS, Fact, Study, chosen_seeds
from lazyartist.studies.classifiers import files_behind
from lazyartist.studies.latents import metrics as names
from lazyartist.training.store import versions


if TYPE_CHECKING:
    from torch import Tensor

    from lazyartist.data.images import Split
    from lazyartist.data.task import Task
    from lazyartist.reporting.row import Row
    from lazyartist.training.store import Store

TRAINED, FAIR = "training", "attribute says nothing"


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


@STUDIES.register("entanglement")
@dataclass(frozen=True)
class EntanglementStudy(Study[DataRun]):
    """The latents of a dataset that lies: which tell attribute and class at once, and which images of a class are odd.

    Attributes:
        datasets: which.
        seeds: how many seeds from 0 on, or which.
        steps: of the autoencoder's training.
        images: how many training images it sees.
    """

    name: ClassVar[str] = "entanglement"
    chooses: ClassVar[tuple[str, ...]] = ("datasets", "seeds")
    default_datasets: ClassVar[tuple[str, ...]] = ("mnist", "fashion", "mnist:where=background", "room3d", "sprites2d")
    default_seeds: ClassVar[int] = 3

    datasets: Sequence[str] = ()
    seeds: int | Sequence[int] = 0
    steps: int = knob(300, low=1, whole=True)
    images: int = knob(12_000, low=2, whole=True)

    def __post_init__(self) -> None:
        check_knobs(self)
        given = self.datasets
        object.__setattr__(self, "datasets", (given,) if isinstance(given, str) else tuple(given))
        object.__setattr__(self, "seeds", chosen_seeds(self.seeds))
        for dataset in self.datasets:
            DATASETS.configured(dataset)

    def runs(self) -> list[DataRun]:
        """Return the runs, all seeds of a dataset one after the other."""
        assert isinstance(self.seeds, tuple)
        seeds = self.seeds or range(self.default_seeds)
        return [DataRun(dataset, seed) for dataset in self.datasets or self.default_datasets for seed in seeds]

    def rows(self, run: DataRun, store: Store) -> list[Row]:
        """Look at the training images, and at others whose attribute says nothing of the class where there are some."""
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
        """Yield what the latents tell of attribute and class, and how well they find conflicting images."""
        for name, split in {TRAINED: task.train, FAIR: task.unbiased}.items():
            if split is None:
                continue
            seen = split.subset(slice(0, self.images))
            pictures = Pictures(seen)
            model = learn_briefly(pictures, steps=self.steps, seed=run.seed)
            posterior = posterior_of_all(model, pictures)
            where: dict[str, Key] = {"split": name}
            yield from told_facts(posterior.mean, model.active, seen, where)
            conflicting = ~task.aligned(seen)
            if name == TRAINED and bool(conflicting.any()):
                oddness = class_outliers(posterior, model.active, seen.labels)
                quality = judge_detection(oddness, conflicting)
                flagged = oddness > 1
                yield Fact(names.AUROC, quality.auroc, len(seen), at=where)
                yield Fact(names.PRECISION_AVERAGE, quality.average_precision, len(seen), at=where)
                hits = int((flagged & conflicting).sum())
                yield Fact(names.PRECISION, hits / max(1, int(flagged.sum())), len(seen), at=where)
                yield Fact(names.RECALL, hits / int(conflicting.sum()), len(seen), at=where)

    def digest(self, run: DataRun) -> str:
        """Return a digest of all that decides the rows of a run."""
        data = files_behind(run.dataset, run.task)
        code = code_digest(type(self), DATASETS.configured(run.dataset)[0])
        decides = (self.name, self.knobs(), run, data, versions(), THREADS, code)
        return hashlib.sha256(repr(decides).encode()).hexdigest()[:16]


def told_facts(means: Tensor, active: Tensor, split: Split, where: dict[str, Key]) -> Iterator[Fact]:
    """Yield the shares of attribute and of class that latents tell, and the share of both that one latent tells."""
    values = torch.stack([split.attribute, split.labels], 1)
    for metric, factors in ((names.ENTANGLED, values), (names.ENTANGLED_NULL, shuffled(values))):
        told = mutual_information(means, factors, active=active).normalised  # (Z, 2)
        detail = [[round(share, 4) for share in line] for line in told.tolist()]
        yield Fact(metric, float(told.amin(1).max()), len(split), detail=detail, at=where)
        if metric == names.ENTANGLED:
            for name, share in zip(("attribute", "class"), told.amax(0).tolist(), strict=True):
                yield Fact(names.LARGEST, share, len(split), at={**where, "factor": name})
