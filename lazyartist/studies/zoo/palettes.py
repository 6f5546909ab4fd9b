"""Cures on other palettes: what of a cure is due to the ten colours that it was built on?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from lazyartist.studies import STUDIES
from lazyartist.studies.classifiers import ClassifierStudy, Run
from lazyartist.studies.common import accuracies
from lazyartist.studies.zoo.lies import EVERYWHERE, PALETTES


if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazyartist.studies.base import Fact
    from lazyartist.training.store import Trained

REPAINT = ("colour_consistency", "recoloured_reversal", "adversarial_training")
BESIDE = ("erm", "oracle", "second_opinion", "cross_examination")


@STUDIES.register("palettes")
@dataclass(frozen=True)
class PalettesStudy(ClassifierStudy):
    """The zoo: cures that repaint, and two that do not, on the same strokes in four palettes."""

    name: ClassVar[str] = "palettes"
    default_datasets: ClassVar[tuple[str, ...]] = tuple(f"{i}:palette={p}" for i in EVERYWHERE for p in PALETTES)
    default_strategies: ClassVar[tuple[str, ...]] = (*BESIDE, *REPAINT)
    default_seeds: ClassVar[int] = 3

    def measure(self, run: Run, trained: Trained) -> Iterator[Fact]:
        """Yield easy and hard accuracy."""
        yield from accuracies(trained.model, run.task())
