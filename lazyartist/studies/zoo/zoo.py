"""Strategies on the zoo of lies, and the proof that lazy models read them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import torch

from lazyartist.attribution.grad_cam import GradCam
from lazyartist.attribution.layer import map_layers
from lazyartist.attribution.relevance_mass import relevance_mass
from lazyartist.data.lottery import swap
from lazyartist.inference import predict
from lazyartist.probes import accuracy, recolour
from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.witnesses import error_agreement, mistake_evenness
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact
from lazyartist.studies.classifiers import ClassifierStudy, Run
from lazyartist.studies.common import accuracies
from lazyartist.studies.lazy import LAZY
from lazyartist.studies.zoo.lies import ALL
from lazyartist.studies.zoo.metrics import AGREEMENT, EVENNESS, MARK_AREA, MARK_SHARE, only


if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import nn

    from lazyartist.data.images import Split
    from lazyartist.data.task import Task
    from lazyartist.reporting.row import Row
    from lazyartist.training.store import Store

CURES = (
    *("cross_examination", "second_opinion", "fg_ccdb", "jtt", "dpr", "lff", "outlier_balanced", "logit_correction"),
    *("colour_consistency", "recoloured_reversal", "group_balanced", "root_balanced", "group_dro"),
    *("bias_balanced_loss", "vrex"),
)
SEES_PLACES = "mlp"  # the network that position makes lazy
TWIN = 1000  # added to the seed of a lazy model, for another one on the same data
MAPPED = 200  # images whose maps are looked at
VISIBLE = 0.02  # by so much must a pixel change to belong to the mark


@STUDIES.register("zoo")
@dataclass(frozen=True)
class ZooStudy(ClassifierStudy):
    """The zoo: lazy models and their proof, plain training, oracle and cures on every lie, easy and hard.

    What is measured of each model: easy and hard accuracy; of two lies at once, also where only one of them misleads.
    Of a lazy one, whether the answer follows the attribute, whether another lazy model makes the same mistakes, and
    how much of Grad-CAM lies on the pixels that the attribute changes.
    """

    name: ClassVar[str] = "zoo"
    default_datasets: ClassVar[tuple[str, ...]] = ALL
    default_strategies: ClassVar[tuple[str, ...]] = (LAZY, "erm", "oracle", *CURES)
    default_seeds: ClassVar[int] = 3

    def runs(self) -> list[Run]:
        """Return every run; where the lie is a position, a lazy network that can see it besides those asked for."""
        runs = super().runs()
        blind = [run for run in runs if run.strategy == LAZY and "bias=position" in run.dataset and not self.networks]
        return [*runs, *(replace(run, network=SEES_PLACES) for run in blind)]

    def rows(self, run: Run, store: Store) -> list[Row]:
        """Train or fetch the run's model, and the other lazy one; return the facts as rows."""
        trained, task = run.train(store), run.task()
        lazy = run.strategy == LAZY
        facts = [*accuracies(trained.model, task, lazy=lazy), *_one_by_one(trained.model, task)]
        if lazy:
            strategy = STRATEGIES.build(run.strategy)
            twin = store.fit(strategy, task, run.network, run.budget, run.seed + TWIN).model
            facts += _proof(trained.model, twin, task)
            facts.append(Fact("steps", trained.steps, 1))
        return self.to_rows(run, trained.seconds, facts)


def _one_by_one(model: nn.Module, task: Task) -> Iterator[Fact]:
    """Yield accuracies where one of several attributes misleads and the others are the class's own."""
    if len(task.test.bias) > 1:
        for name in task.test.bias:
            measured = accuracy(model, swap(task.test, "other", seed=task.seed, alone=name))
            yield Fact(only(name), measured.value, measured.n, "higher")


def _proof(model: nn.Module, twin: nn.Module, task: Task) -> Iterator[Fact]:
    """Yield what proves a model lazy without knowing the hard splits, and what it looks at."""
    if len(task.test.bias) == 1:
        proof = recolour(model, task.test, own=task.own_attribute)
        yield Fact("follows_bias", proof.follows, proof.answers, "higher")
    said, labels = (predict(model, task.easy), predict(twin, task.easy)), task.easy.labels
    yield Fact(AGREEMENT, error_agreement(*said, labels), len(labels))
    yield Fact(EVENNESS, mistake_evenness(*said, labels, task.easy.classes), len(labels))
    yield from _on_the_mark(model, task.hard["other"].subset(slice(0, MAPPED)), task)


def _on_the_mark(model: nn.Module, conflicting: Split, task: Task) -> Iterator[Fact]:
    """Yield how much of the first layer's Grad-CAM lies on the pixels that the attribute changes."""
    shown = conflicting.render(slice(None))
    layers = map_layers(model, shown)
    if not layers:
        return
    own = conflicting.with_attribute(task.own_attribute[conflicting.labels]).render(slice(None))
    mark = (shown - own).abs().amax(1) > VISIBLE
    with torch.no_grad():
        answers = predict(model, conflicting)
    maps = GradCam(model.get_submodule(next(iter(layers))))(model, shown, answers)
    yield Fact(MARK_SHARE, relevance_mass(maps, {"mark": mark}).mean("mark"), len(shown))
    yield Fact(MARK_AREA, float(mark.float().mean()), len(shown))
