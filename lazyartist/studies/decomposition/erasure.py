"""Task 6: can a lazy model be cured without training, by taking colour out of its last hidden layer?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import torch

from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lazyartist.activations import activations
from lazyartist.probes import accuracy
from lazyartist.sae.directions import Edit, random_features, set_channels
from lazyartist.sae.erasure import erase_means, leace
from lazyartist.sae.labelling import label_features
from lazyartist.sae.scr import Pairs, spurious_correlation_removal
from lazyartist.sae.steering import ablate, intervene
from lazyartist.statistics import eta_squared
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact, Run, Study
from lazyartist.studies.common import JUDGED_HARD
from lazyartist.studies.decomposition.last_layer import Hidden, hidden
from lazyartist.studies.decomposition.sae import take_apart
from lazyartist.training.fit import Budget


if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from lazyartist.data.coloured import ColouredImages
    from lazyartist.reporting.row import Row
    from lazyartist.sae.base import SparseAutoencoder
    from lazyartist.training.store import Store, Trained

LONG, STRONG = Budget(epochs=4), 0.995  # budget by laziness, or by a shortcut that nearly always works
REFITTED_ON = 5000
COUNTS = (2, 5, 10, 20)


@STUDIES.register("erasure")
class ErasureStudy(Study):
    """Task 6: the cure without training: colour ablated or erased in a lazy model, and in one trained for long.

    "erm" is trained for long, where 99.5 % of the images wear their class's colour and none of the others do by luck.
    """

    name: ClassVar[str] = "erasure"
    strategies: ClassVar[tuple[str, ...]] = ("lazy", "erm")
    standard: ClassVar[Budget] = LONG

    def runs(self, **arguments: Any) -> list[Run]:
        """Return the runs, all but the lazy ones at the strong correlation; see `Study.runs`."""
        return [
            run if run.strategy == "lazy" else replace(run, correlation=STRONG, conflict="others")
            for run in super().runs(**arguments)
        ]

    def rows(self, run: Run, store: Store) -> list[Row]:
        """Ask the model, and the oracle that had the same network, images and seed, and was trained for long."""
        trained = run.train(store)
        budget = self.standard if run.strategy == "lazy" else run.budget
        # what the training images wear is nothing to the oracle: one for every correlation
        ceiling = replace(run, strategy="oracle", budget=budget, correlation=0.95, conflict="all").train(store)
        facts = [*self.ask(run, trained), *_accuracies("oracle", ceiling, run)]
        return self.tell(run, trained.card, facts)

    def ask(self, run: Run, trained: Trained) -> Iterator[Fact]:
        """Yield the accuracies after every edit of the last hidden layer, before and after refitting, and SCR."""
        task = run.task()
        at = hidden(trained.model, task)
        found, _ = take_apart(at)
        splits = judged(run)
        vectors = {name: activations(trained.model, at.layer, data) for name, data in splits.items()}
        for way, edit in edits(at, found, run.seed).items():
            refitted = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
            refitted.fit(edit(at.at_fair[:REFITTED_ON]).numpy(), at.fair.labels[:REFITTED_ON].numpy())
            for name, data in splits.items():
                x = edit(vectors[name])
                right = at.answers(x) == data.labels
                again = torch.as_tensor(refitted.predict(x.numpy())) == data.labels
                yield Fact(f"{name}_accuracy: {way}", float(right.double().mean()), len(data), "")
                yield Fact(f"{name}_accuracy: {way}, refitted", float(again.double().mean()), len(data), "")
        train_on, test_on = pairs(at.at_fair, at.fair), pairs(at.at_test, at.test)
        for count, score in spurious_correlation_removal(found, train_on, test_on, counts=COUNTS).items():
            yield Fact(f"scr_{count}", score, len(test_on.x), "")


def judged(run: Run) -> dict[str, ColouredImages]:
    """Return the splits that accuracies are taken on."""
    task = run.task()
    return {"easy": task.easy, **{f"hard_{name}": task.hard[name] for name in JUDGED_HARD}}


def edits(at: Hidden, found: SparseAutoencoder, seed: int) -> dict[str, Edit]:
    """Return the ways to take colour out of vectors (N, D), all chosen on images whose colours say nothing."""
    codes = found.encode(at.at_fair)
    cards = label_features(codes, at.fair)
    colour = [card.index for card in cards if card.kind == "colour"]
    living = [card.index for card in cards if card.density > 0]
    # as many of each, or all that there are
    channels = eta_squared(at.at_fair, at.fair.colours).argsort(descending=True)[: len(colour)].tolist()
    return {
        "nothing": lambda vectors: vectors,
        "colour features": intervene(found, ablate(colour)),
        "raw channels": set_channels(channels, at.at_fair.mean(0)),
        "difference of means": erase_means(at.at_fair, at.fair.colours),
        "LEACE": leace(at.at_fair, at.fair.colours),
        "random features": intervene(found, ablate(random_features(living, len(colour), seed))),
    }


def pairs(x: Tensor, data: ColouredImages, a: int = 3, b: int = 8) -> Pairs:
    """Return the vectors of two classes, each in its own colour or in the other's."""
    chosen = ((data.labels == a) | (data.labels == b)) & ((data.colours == a) | (data.colours == b))
    return Pairs(x[chosen], data.labels[chosen] == a, data.colours[chosen] == a)


def _accuracies(name: str, trained: Trained, run: Run) -> Iterator[Fact]:
    for split, data in judged(run).items():
        found = accuracy(trained.model, data)
        yield Fact(f"{split}_accuracy: {name}", found.value, found.n, "")
