"""Tasks 2 and 3: what the neurons see and where the model looks, for four kinds of model, with a number for each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from lazyartist.probes import accuracy, recolour
from lazyartist.attribution.layer import map_layers
from lazyartist.strategies.grayscale_erm import without_colour
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact, Run, Study
from lazyartist.studies.inspection.attribution_facts import looks
from lazyartist.studies.common import rounded
from lazyartist.studies.inspection.unit_facts import logits, unit_counts


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from torch import nn

    from lazyartist.reporting.row import Row
    from lazyartist.training.store import Card, Store, Trained

PER_CLASS = 1000  # all that there are: on the first five hundred of each class alone a cure is 0.8 points worse
FULLY_BIASED = "lazy: fully biased"  # how rows tell it from the lazy model, whose recipe it shares


@STUDIES.register("probes")
class ProbesStudy(Study):
    """Tasks 2 and 3: what units see and where models look: lazy, fully biased, a control that sees no colour, cures."""

    name: ClassVar[str] = "probes"
    strategies: ClassVar[tuple[str, ...]] = ("lazy", "grayscale_erm", "recoloured_reversal", "second_opinion")

    def runs(self, **arguments: Any) -> list[Run]:
        """Return every run, and beside each lazy one the same where no training image conflicts; see `Study.runs`."""
        found = super().runs(**arguments)
        return found + [replace(run, correlation=1.0) for run in found if run.strategy == "lazy"]

    def tell(self, run: Run, card: Card, facts: Iterable[Fact]) -> list[Row]:
        """Turn facts into rows; those of the fully biased model have a name of their own."""
        return [replace(row, strategy=name_of(run)) for row in super().tell(run, card, facts)]

    def ask(self, run: Run, trained: Trained) -> Iterator[Fact]:
        """Yield the recolour proof, where the model looks, what its units respond to, and what its logits like."""
        task, model = run.task(), _shown(run, trained.model)
        found = accuracy(model, task.easy)
        yield Fact("easy_accuracy", found.value, found.n, "higher")
        proof = recolour(model, task.hard["other"], PER_CLASS)
        n = proof.n * task.train.classes * (task.train.classes - 1)
        lazy = run.strategy == "lazy"
        yield Fact("follows_colour", proof.follows, n, "higher" if lazy else "", rounded(proof.follows_table.tolist()))
        yield Fact("stays_with_shape", proof.stays, n, "" if lazy else "higher", rounded(proof.stays_table.tolist()))
        layers = map_layers(model, task.easy.render(slice(0, 2)))
        yield from looks(model, task.hard["other"], layers)
        yield from unit_counts(model, task.hard["uniform"], layers)
        yield from logits(model, task)

    def illustrate(self, runs: Sequence[Run], store: Store, results: Path) -> list[Path]:
        """Draw lazy, fully biased, control and one cure of the first dataset's first seed: `studies/gallery.py`."""
        from lazyartist.studies.inspection.pictures import draw

        case = (runs[0].dataset, runs[0].model, runs[0].seed)
        found = {name_of(run): run for run in runs if (run.dataset, run.model, run.seed) == case}
        known = ("lazy", FULLY_BIASED, "grayscale_erm")
        cures = [name for name in found if name not in known]
        shown = [name for name in (*known, *cures[:1]) if name in found]
        models = {name: (found[name].task(), _shown(found[name], found[name].train(store).model)) for name in shown}
        return draw(models, results, case)


def _shown(run: Run, model: nn.Module) -> nn.Module:
    """The control is asked as it was trained, about images without colour; coloured ones are nothing that it knows."""
    if run.strategy == "grayscale_erm":
        model.register_forward_pre_hook(lambda _, inputs: (without_colour(inputs[0]),))
    return model


def name_of(run: Run) -> str:
    """Return how rows call the model of a run."""
    return FULLY_BIASED if run.strategy == "lazy" and run.correlation == 1 else run.strategy
