"""Tasks 2 and 3: what the units see and where the model looks, for four kinds of model, with a number for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from lazyartist.knobs import knob
from lazyartist.probes import accuracy, recolour
from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.lazy import Lazy
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact
from lazyartist.studies.classifiers import ClassifierStudy, Run, has_knob
from lazyartist.studies.common import rounded
from lazyartist.studies.inspection.attribution_facts import attribution_facts
from lazyartist.studies.inspection.subjects import (
    as_trained,
    conflicting_images,
    layers_with_maps,
)
from lazyartist.studies.inspection.unit_facts import logit_facts, unit_facts
from lazyartist.studies.lazy import CONTROL, LAZY


if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import nn

    from lazyartist.data.task import Task
    from lazyartist.training.store import Trained


@STUDIES.register("probes")
@dataclass(frozen=True)
class ProbesStudy(ClassifierStudy):
    """Tasks 2 and 3: what units see and where models look: lazy, fully biased, a control that sees no colour, cures.

    What a dataset cannot do is left out: the recolour proof where nothing can be repainted, shares of maps where it is
    not known which pixels are the object, hues where the attribute is no colour.

    Attributes:
        per_class: images per class of the recolour proof. By default all that there are: on the first five hundred of
            each class alone a cure is 0.8 points worse.
        images: how many images maps are made of.
        judged: how many of them are asked about dozens of times each: insertion, deletion, ROAD, randomisation.
        unit_images: how many images the units' activations are taken of.
        ascent_steps: of the pictures that logits like best.
    """

    name: ClassVar[str] = "probes"
    default_strategies: ClassVar[tuple[str, ...]] = (LAZY, CONTROL, "recoloured_reversal", "second_opinion")

    per_class: int = knob(1000, low=1, whole=True)
    images: int = knob(500, low=1, whole=True)
    judged: int = knob(100, low=1, whole=True)
    unit_images: int = knob(1000, low=1, whole=True)
    ascent_steps: int = knob(200, low=1, whole=True)

    def runs(self) -> list[Run]:
        """Return every run, and beside each lazy one the same where no training image conflicts; see `Study.runs`."""
        runs = super().runs()
        return runs + [
            run.with_data(correlation=1.0)
            for run in runs
            if isinstance(STRATEGIES.build(run.strategy), Lazy) and has_knob(run.dataset, "correlation")
        ]

    def measure(self, run: Run, trained: Trained) -> Iterator[Fact]:
        """Yield the recolour proof, where the model looks, what its units respond to, and what its logits like."""
        task, model = run.task(), as_trained(run, trained.model)
        easy = accuracy(model, task.easy)
        yield Fact("easy_accuracy", easy.value, easy.n, "higher")
        if task.test.can_paint:
            yield from self._proof(model, task, lazy=isinstance(STRATEGIES.build(run.strategy), Lazy))
        layers = layers_with_maps(model, task.easy.render(slice(0, 2)))
        yield from attribution_facts(model, task, layers, images=self.images, judged=self.judged)
        yield from unit_facts(model, task.test.subset(slice(0, self.unit_images)), layers)
        yield from logit_facts(model, task, images=self.unit_images, steps=self.ascent_steps)

    def _proof(self, model: nn.Module, task: Task, *, lazy: bool) -> Iterator[Fact]:
        proof = recolour(model, conflicting_images(task), self.per_class, own=task.own_attribute)
        tables = (rounded(table.tolist()) for table in (proof.follows_table, proof.stays_table))
        yield Fact("follows_bias", proof.follows, proof.answers, "higher" if lazy else "", next(tables))
        yield Fact("keeps_class", proof.stays, proof.answers, "" if lazy else "higher", next(tables))
