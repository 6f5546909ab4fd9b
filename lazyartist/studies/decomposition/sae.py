"""Task 6: the lazy mind taken apart, and its dials."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import torch

from lazyartist.sae.budget import SaeBudget
from lazyartist.sae.labelling import label_features
from lazyartist.sae.matching import STABLE_COSINE, match, matched_names
from lazyartist.sae.metrics import dead_share, explained_variance, l0, loss_recovered
from lazyartist.sae.sparse_probe import sparse_probe
from lazyartist.sae.topk import TopK
from lazyartist.sae.train import train
from lazyartist.statistics import auroc
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact, Run, Study
from lazyartist.studies.common import rounded
from lazyartist.studies.decomposition.last_layer import Hidden, hidden
from lazyartist.studies.decomposition.steering_curves import AT, UP, WAYS, dial_curves


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from lazyartist.reporting.row import Direction
    from lazyartist.sae.base import SparseAutoencoder
    from lazyartist.sae.labelling import Feature
    from lazyartist.training.store import Store, Trained

VARIANT, FEATURES, SEEDS = TopK(k=16), 64, (0, 1)
TRAINING = SaeBudget(steps=1000)
DIALLED = 0.9  # a share of answers from which on a colour counts as dialled
PROBED = 2000  # images for what takes long: the loss through the model, sparse probes


@STUDIES.register("sae")
class DecompositionStudy(Study):
    """Task 6: a sparse autoencoder of the lazy model's last hidden layer, its colour features, and dials."""

    name: ClassVar[str] = "sae"
    strategies: ClassVar[tuple[str, ...]] = ("lazy",)

    def ask(self, run: Run, trained: Trained) -> Iterator[Fact]:
        """Yield how good the autoencoder is, what its features know, what dials do, and what another seed finds."""
        task = run.task()
        at = hidden(trained.model, task)
        first, second = take_apart(at)
        codes = first.encode(at.at_test)
        n = len(codes)
        yield Fact("explained_variance", explained_variance(at.at_test, first(at.at_test)), n, "higher")
        yield Fact("l0", l0(codes), n, "lower")
        yield Fact("dead_share", dead_share(codes), first.features, "lower")
        mean = at.seen.mean(0)
        easy = task.easy.subset(slice(0, PROBED))
        recovered = loss_recovered(trained.model, at.layer, "pooled", easy, first, mean)
        yield Fact("loss_recovered", recovered, len(easy), "higher")
        yield from _knowledge(at, first)
        cards = [label_features(found.encode(at.at_fair), at.fair) for found in (first, second)]
        yield from dial_facts(at, first, cards[0])
        yield from _stability(first, second, cards)

    def illustrate(self, runs: Sequence[Run], store: Store, results: Path) -> list[Path]:
        """Draw the features page of the first run of each dataset and network; return the files."""
        from lazyartist.studies.decomposition.pictures import draw_pages

        return draw_pages(runs, store, results)


def take_apart(at: Hidden) -> tuple[SparseAutoencoder, SparseAutoencoder]:
    """Return two seeds of the study's autoencoder of a last hidden layer."""
    first, second = train(VARIANT, at.seen, features=FEATURES, seeds=SEEDS, budget=TRAINING)
    return first, second


def _knowledge(at: Hidden, found: SparseAutoencoder) -> Iterator[Fact]:
    """Yield how well single features, and a handful of them, tell each colour and each class."""
    every = torch.arange(at.test.classes)[:, None]
    z, z_test = found.encode(at.at_fair), found.encode(at.at_test)
    chosen = auroc(z, at.fair.colours == every).argmax(1)
    scores = auroc(z_test, at.test.colours == every).gather(1, chosen[:, None])[:, 0]
    n = len(z_test)
    yield Fact("colour_auroc", float(scores.min()), n, "higher", [round(s, 6) for s in scores.tolist()])
    for what in ("colours", "labels"):
        groups, groups_test = (getattr(data, what)[:PROBED] for data in (at.fair, at.test))
        for k in (1, 5):
            told = sparse_probe((z[:PROBED], groups), (z_test[:PROBED], groups_test), k)
            yield Fact(f"{what}_by_{k}", float(told.mean()), len(groups_test), "", [round(s, 6) for s in told.tolist()])


def dial_facts(at: Hidden, found: SparseAutoencoder, cards: Sequence[Feature]) -> Iterator[Fact]:
    """Yield, for each way to turn a colour, what the model answers: the mean over colours, and every amount's."""
    for way, curve in dial_curves(at, found, cards).items():
        wanted: Direction = "higher" if way == WAYS[0] else ""
        up = curve.up[UP.index(AT)]
        yield Fact(f"dial_up: {way}", float(up.mean()), curve.n, wanted, rounded(curve.up.tolist()))
        yield Fact(f"dialled_colours: {way}", int((up >= DIALLED).sum()), len(up), wanted)
        yield Fact(f"dial_down: {way}", float(curve.down[-1].mean()), curve.n, "", rounded(curve.down.tolist()))
        yield Fact(f"dial_cost: {way}", float(curve.cost[-1].mean()), curve.n, "", rounded(curve.cost.tolist()))


def _stability(
    first: SparseAutoencoder, second: SparseAutoencoder, cards: Sequence[Sequence[Feature]]
) -> Iterator[Fact]:
    """Yield which share of the colour features another seed has too: by direction, and by what the match is called."""
    living = [[card for card in mine if card.density > 0] for mine in cards]
    left, right = (
        found.directions[[card.index for card in mine]] for found, mine in zip((first, second), living, strict=True)
    )
    pairs = match(left, right)
    own = [i for i, card in enumerate(living[0]) if card.kind == "colour" and len(card.means) == 1]
    near = dict(zip(pairs.left.tolist(), (pairs.cosine > STABLE_COSINE).tolist(), strict=True))
    called = matched_names(cards[0], cards[1], (first.directions, second.directions))
    same = [_word(name) == _word(partner) for name, partner in called.items()]
    yield Fact("found_again", sum(near.get(i, False) for i in own) / max(1, len(own)), len(own), "higher")
    yield Fact("same_name", sum(same) / max(1, len(same)), len(same), "higher")
    yield Fact("shared", pairs.stable_share, len(pairs.left), "")


def _word(name: str) -> str:
    """Return a feature's name without its number."""
    return name.rstrip("0123456789").rstrip()
