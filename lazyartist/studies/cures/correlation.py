"""How much must the colours lie? Hard accuracy against the share of images that wear their class's colour."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact, Run, Study
from lazyartist.studies.common import accuracies


if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazyartist.training.store import Trained

CORRELATIONS = (0.9, 0.95, 0.98, 0.99, 0.995, 1.0)


@STUDIES.register("correlation")
class CorrelationStudy(Study):
    """Task 4: the correlation as a knob, up to 100 %, where no image conflicts; the rest draws from other colours."""

    name: ClassVar[str] = "correlation"
    strategies: ClassVar[tuple[str, ...]] = ("erm", "oracle")
    datasets: ClassVar[tuple[str, ...]] = ("mnist",)
    seeds: ClassVar[int] = 2

    def runs(self, **arguments: Any) -> list[Run]:
        """Return every run at every correlation; see `Study.runs`."""
        return [
            replace(run, correlation=correlation, conflict="others")
            for correlation in CORRELATIONS
            for run in super(CorrelationStudy, self).runs(**arguments)
        ]

    def ask(self, run: Run, trained: Trained) -> Iterator[Fact]:
        """Yield easy and hard accuracy."""
        yield from accuracies(trained.model, run.task())
