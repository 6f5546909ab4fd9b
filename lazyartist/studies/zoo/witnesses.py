"""What witnesses say of a dataset: does it have a shortcut that a small network falls for?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from lazyartist.data.families import names_of
from lazyartist.inference import predict
from lazyartist.strategies.cross_examination import CrossExamination, as_they_are
from lazyartist.strategies.witnesses import Testimony, hear
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact
from lazyartist.studies.classifiers import STANDARD
from lazyartist.studies.datasets import DataRun, DataStudy
from lazyartist.studies.zoo.lies import ALL, EVERYWHERE
from lazyartist.studies.zoo.metrics import AGREEMENT, EVENNESS, SAID_TO_LIE, SCORE
from lazyartist.training.fit import training_view


if TYPE_CHECKING:
    from lazyartist.data.task import Task

NO_LIE = ":correlation=0.1"  # of ten colours: they say nothing
DRAWS = 20  # of datasets without a lie
SHOWN = 5  # images that are named
TRIED_ON = 10  # classes; with fewer, a mistake has few answers, and networks agree on images that are merely hard
# tried by hand on draws of two to five classes: of 48 without a lie one was over it (92 %), of 32 with one 20
SURE_OF_FEW = 0.9


@STUDIES.register("witnesses")
@dataclass(frozen=True)
class WitnessStudy(DataStudy):
    """The zoo: does a dataset have a shortcut? What two networks' mistakes say, on every lie and where is none."""

    name: ClassVar[str] = "witnesses"
    default_datasets: ClassVar[tuple[str, ...]] = ALL

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


def witness_lines(task: Task, seed: int = 0) -> list[str]:
    """Return in words what witnesses say of a dataset, and which images contradict the shortcut that they found."""
    heard = ask_witnesses(task, seed)
    found = heard.score > SAID_TO_LIE
    lines = [
        f"two networks ({heard.witness.network}) that were trained briefly make {100 * heard.agreement:.0f} % of their "
        f"mistakes alike, {100 * heard.evenness:.0f} % as evenly spread as can be: score {100 * heard.score:.0f} %",
        _verdict(heard.score, task.train.classes)
        if found
        else f"no shortcut found: the score is not over {100 * SAID_TO_LIE:.0f} %; one that is learnt slowly, or that "
        "these networks cannot see, may still be there",
    ]
    if found:
        against = (predict(heard.model, task.train) != task.train.labels).nonzero()[:, 0].tolist()
        names = names_of(task.train.images)
        own = range(len(names)) if task.train.index is None else task.train.index.tolist()
        shown = ", ".join(names[own[place]] for place in against[:SHOWN])
        lines.append(f"{len(against):,} of {len(task.train):,} training images contradict it: {shown}, …")
    return lines


def _verdict(score: float, classes: int) -> str:
    if classes >= TRIED_ON or score > SURE_OF_FEW:
        return "these images have a shortcut that a small network falls for, or many wrong labels"
    return (
        f"cannot tell: with {classes} classes, networks make mistakes alike without a shortcut, too; only a score "
        f"over {100 * SURE_OF_FEW:.0f} % says much. Believe in one if the images below contradict the same thing"
    )
