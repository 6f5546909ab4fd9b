"""The literature's protocol with a multi-layer perceptron, so that one row can be laid beside published ones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from lazyartist.probes import group_accuracy
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact, Run, Study
from lazyartist.studies.common import accuracies
from lazyartist.training.fit import Budget


if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazyartist.training.store import Trained

BUDGET = Budget(epochs=100, batch_size=256, learning_rate=1e-3, schedule="constant")


@STUDIES.register("lff_protocol")
class ProtocolStudy(Study):
    """Task 4: a three-layer perceptron for 100 epochs, 5 % conflicting, test colours uniform, as in LfF's papers.

    What is not as there: 48,000 training images instead of 60,000, since a fifth is the easy split; ten hues instead
    of the papers' ten colours; no jitter of the colour. The first stages are of one epoch.
    """

    name: ClassVar[str] = "lff_protocol"
    strategies: ClassVar[tuple[str, ...]] = (
        *("erm", "oracle", "bias_balanced_loss", "group_dro", "lff", "logit_correction", "jtt:first_epochs=1"),
        *("fg_ccdb:stage_epochs=1", "second_opinion:first_epochs=1"),
    )
    datasets: ClassVar[tuple[str, ...]] = ("mnist",)
    seeds: ClassVar[int] = 3

    def runs(self, **arguments: Any) -> list[Run]:
        """Return runs of the perceptron with the protocol's budget; see `Study.runs`."""
        changed = arguments.pop("budget", {})
        arguments["models"] = ("mlp",)
        return [replace(run, conflict="others", budget=replace(BUDGET, **changed)) for run in super().runs(**arguments)]

    def ask(self, run: Run, trained: Trained) -> Iterator[Fact]:
        """Yield the mean accuracy of the hundred classes in colours, which is what the papers report, and ours."""
        task = run.task()
        found = group_accuracy(trained.model, task.hard["uniform"])
        yield Fact("unbiased_accuracy", float(found.accuracy.nanmean()), int(found.n.sum()), "higher")
        yield from accuracies(trained.model, task)
