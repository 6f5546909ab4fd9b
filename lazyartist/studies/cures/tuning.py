"""How knobs were chosen: on validation images, on seeds that no table reports, without the hard splits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from lazyartist.probes import accuracy
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact
from lazyartist.studies.classifiers import ClassifierStudy, Run
from lazyartist.studies.cures.metrics import CONFLICTING


if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazyartist.training.store import Trained


@STUDIES.register("tuning")
@dataclass(frozen=True)
class TuningStudy(ClassifierStudy):
    """Task 4: tries knobs, scored by the conflicting images of the easy split, on seeds of their own from 100 on.

    The easy split is validation data with the distribution of the training split. Its conflicting images, one in
    twenty, are found by their bias labels: choosing knobs takes those, whatever the strategy itself is handed.
    """

    name: ClassVar[str] = "tuning"
    default_strategies: ClassVar[tuple[str, ...]] = ("erm",)
    default_datasets: ClassVar[tuple[str, ...]] = ("mnist",)
    default_seeds: ClassVar[int] = 1
    first_seed: ClassVar[int] = 100

    def measure(self, run: Run, trained: Trained) -> Iterator[Fact]:
        """Yield the accuracy on the easy split and on its conflicting images."""
        task = run.task()
        conflicting = task.easy.subset(~task.aligned(task.easy))
        for metric, split in {"easy_accuracy": task.easy, CONFLICTING: conflicting}.items():
            measured = accuracy(trained.model, split)
            yield Fact(metric, measured.value, measured.n)
