"""How knobs were chosen: on validation images, on seeds that no table reports, without the hard splits."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from lazyartist.probes import accuracy
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact, Run, Study


if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazyartist.training.store import Trained


@STUDIES.register("tuning")
class KnobsStudy(Study):
    """Task 4: tries knobs, scored by the conflicting images of the easy split, on seeds of their own from 100 on.

    The easy split is validation data with the distribution of the training split. Its conflicting images, one in
    twenty, are found by their colour labels: choosing knobs takes those, whatever the strategy itself is handed.
    """

    name: ClassVar[str] = "tuning"
    strategies: ClassVar[tuple[str, ...]] = ("erm",)
    datasets: ClassVar[tuple[str, ...]] = ("mnist",)
    seeds: ClassVar[int] = 1
    first_seed: ClassVar[int] = 100

    def ask(self, run: Run, trained: Trained) -> Iterator[Fact]:
        """Yield the accuracy on the easy split and on its conflicting images."""
        easy = run.task().easy
        for name, data in {"easy": easy, "conflicting": easy.subset(~easy.aligned)}.items():
            found = accuracy(trained.model, data)
            yield Fact(f"{name}_accuracy", found.value, found.n, "")
