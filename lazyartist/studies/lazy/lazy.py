"""Task 1: a lazy model, and the proof that it looks at the bias attribute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from lazyartist.probes import recolour
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact
from lazyartist.studies.classifiers import ClassifierStudy, Run
from lazyartist.studies.common import accuracies, rounded


if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazyartist.training.store import Trained


@STUDIES.register("lazy")
@dataclass(frozen=True)
class LazyStudy(ClassifierStudy):
    """Task 1: trains lazy models and proves them lazy: easy and hard accuracy, confusion, the recolour proof."""

    name: ClassVar[str] = "lazy"
    default_strategies: ClassVar[tuple[str, ...]] = ("lazy",)
    default_seeds: ClassVar[int] = 10

    def measure(self, run: Run, trained: Trained) -> Iterator[Fact]:
        """Yield accuracies, whether the answer follows the bias attribute, and the steps it took."""
        task = run.task()
        yield from accuracies(trained.model, task, lazy=True)
        if task.test.can_paint:  # else nothing can be said of the same image with another attribute value
            proof = recolour(trained.model, task.test, own=task.own_attribute)
            yield Fact("follows_bias", proof.follows, proof.answers, "higher", rounded(proof.follows_table.tolist()))
            yield Fact("keeps_class", proof.stays, proof.answers, "", rounded(proof.stays_table.tolist()))
        yield Fact("steps", trained.steps, 1)
