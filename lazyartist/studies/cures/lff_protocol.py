"""The literature's protocol with a multi-layer perceptron, so that one row can be laid beside published ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from lazyartist.probes import group_accuracy
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact
from lazyartist.studies.classifiers import ClassifierStudy, Run
from lazyartist.studies.common import accuracies
from lazyartist.studies.cures.metrics import UNBIASED
from lazyartist.training.budget import Budget


if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazyartist.training.store import Trained


@STUDIES.register("lff_protocol")
@dataclass(frozen=True)
class LffProtocolStudy(ClassifierStudy):
    """Task 4: a three-layer perceptron for 100 epochs, 5 % conflicting, test colours uniform, as in LfF's papers.

    What is not as there: 48,000 training images instead of 60,000, since a fifth is the easy split; ten hues instead
    of the papers' ten colours; no jitter of the colour. The first stages are of one epoch.
    """

    name: ClassVar[str] = "lff_protocol"
    default_strategies: ClassVar[tuple[str, ...]] = (
        *("erm", "oracle", "bias_balanced_loss", "group_dro", "lff", "logit_correction", "jtt:first_epochs=1"),
        *("fg_ccdb:stage_epochs=1", "second_opinion:first_epochs=1"),
    )
    default_datasets: ClassVar[tuple[str, ...]] = ("mnist",)
    default_networks: ClassVar[tuple[str, ...]] = ("mlp",)
    default_seeds: ClassVar[int] = 3
    standard: ClassVar[Budget] = Budget(epochs=100, batch_size=256, learning_rate=1e-3, schedule="constant")

    def runs(self) -> list[Run]:
        """Return the runs on data whose conflicting images draw from other colours."""
        return [run.with_data(conflict="others") for run in super().runs()]

    def measure(self, run: Run, trained: Trained) -> Iterator[Fact]:
        """Yield the mean accuracy over groups, which is what the papers report, and easy and hard accuracy."""
        task = run.task()
        groups = group_accuracy(trained.model, task.test)
        yield Fact(UNBIASED, float(groups.accuracy.nanmean()), int(groups.n.sum()), "higher")
        yield from accuracies(trained.model, task)
