"""Task 4: ways to train, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact, Run, Study
from lazyartist.studies.questions import accuracies


if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazyartist.training.store import Trained


@STUDIES.register("cures")
class CuresStudy(Study):
    """Task 4: trains cures beside matched ERM and oracle on the same seeds, and judges them on swapped colours."""

    name: ClassVar[str] = "cures"
    strategies: ClassVar[tuple[str, ...]] = ("erm", "focal", "colour_consistency", "oracle")

    def ask(self, run: Run, trained: Trained) -> Iterator[Fact]:
        """Yield easy and hard accuracy."""
        yield from accuracies(trained.model, run.task())
