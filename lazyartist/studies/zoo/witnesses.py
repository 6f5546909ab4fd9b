"""What witnesses say of a dataset: does it have a shortcut that a small network falls for?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from lazyartist.strategies.cross_examination import CrossExamination, as_they_are
from lazyartist.strategies.witnesses import Testimony, hear
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact
from lazyartist.studies.classifiers import STANDARD
from lazyartist.studies.datasets import DataRun, DataStudy
from lazyartist.studies.zoo.lies import EVERYWHERE, LIES
from lazyartist.studies.zoo.metrics import AGREEMENT, EVENNESS, SCORE
from lazyartist.training.fit import training_view


if TYPE_CHECKING:
    from lazyartist.data.task import Task

NO_LIE = ":correlation=0.1"  # of ten colours: they say nothing
DRAWS = 20  # of datasets without a lie


@STUDIES.register("witnesses")
@dataclass(frozen=True)
class WitnessStudy(DataStudy):
    """The zoo: does a dataset have a shortcut? What two networks' mistakes say, on every lie and where is none."""

    name: ClassVar[str] = "witnesses"
    default_datasets: ClassVar[tuple[str, ...]] = tuple(f"{images}{lie}" for images in EVERYWHERE for lie in LIES)

    def runs(self) -> list[DataRun]:
        """Return the runs; unless others are asked for, also many draws without a lie, for false alarms."""
        clean = [] if self.datasets or self.seeds else [f"{images}{NO_LIE}" for images in EVERYWHERE]
        return [*super().runs(), *(DataRun(dataset, seed) for dataset in clean for seed in range(DRAWS))]

    def measure(self, run: DataRun, task: Task) -> Iterator[Fact]:
        """Yield the score of the best testimony, and what it is made of."""
        heard = ask_witnesses(task, run.seed)
        n = len(task.train)
        yield Fact(SCORE, heard.score, n, detail=[heard.witness.network])
        yield Fact(AGREEMENT, heard.agreement, n)
        yield Fact(EVENNESS, heard.evenness, n)


def ask_witnesses(task: Task, seed: int = 0) -> Testimony:
    """Train witnesses on a task and return the best testimony; attributes are out of their reach.

    Args:
        task: of which the training images are asked about.
        seed: of the witnesses' first weights and order.
    """
    view = training_view(CrossExamination(), task, "simple_cnn", STANDARD, seed)
    return hear(view, as_they_are, None)
