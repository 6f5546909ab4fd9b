"""How strong must the bias be? Hard accuracy against the share of training images in their class's own colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from lazyartist.knobs import knob
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact
from lazyartist.studies.classifiers import ClassifierStudy, Run
from lazyartist.studies.common import accuracies


if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazyartist.training.store import Trained


@STUDIES.register("correlation")
@dataclass(frozen=True)
class CorrelationStudy(ClassifierStudy):
    """Task 4: the correlation as a knob, up to 100 %, where no image conflicts; the rest draws from other colours.

    Attributes:
        correlations: the shares of training images in their class's own colour.
    """

    name: ClassVar[str] = "correlation"
    default_strategies: ClassVar[tuple[str, ...]] = ("erm", "oracle")
    default_datasets: ClassVar[tuple[str, ...]] = ("mnist",)
    default_seeds: ClassVar[int] = 2

    correlations: tuple[float, ...] = knob((0.9, 0.95, 0.98, 0.99, 0.995, 1.0), low=0, high=1)

    def runs(self) -> list[Run]:
        """Return every run at every correlation."""
        runs = super().runs()
        return [
            run.with_data(correlation=correlation, conflict="others")
            for correlation in self.correlations
            for run in runs
        ]

    def measure(self, run: Run, trained: Trained) -> Iterator[Fact]:
        """Yield easy and hard accuracy."""
        yield from accuracies(trained.model, run.task())
