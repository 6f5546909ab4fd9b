"""Task 6: the variants of sparse autoencoders side by side."""

from __future__ import annotations

import time

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from lazyartist.registry import split_options
from lazyartist.sae import SAES
from lazyartist.sae.budget import SaeBudget
from lazyartist.sae.matching import match
from lazyartist.sae.metrics import dead_share, explained_variance, l0
from lazyartist.sae.train import train
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact, Run, Study
from lazyartist.studies.decomposition.last_layer import Hidden, hidden


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lazyartist.reporting.row import Row
    from lazyartist.sae.base import SparseAutoencoder
    from lazyartist.training.store import Store, Trained

SETTINGS = (
    *(f"{name}:k={k}" for name in ("topk", "batch_topk", "jump_relu", "matryoshka") for k in (4, 8, 16)),
    *(f"relu_l1:strength={strength:g}" for strength in (0.03, 0.01, 0.003)),
)
FEATURES, SEEDS, TRAINING = 64, (0, 1), SaeBudget(steps=1000)


@STUDIES.register("sae_variants")
class VariantsStudy(Study):
    """Task 6: every variant of sparse autoencoder at several sparsities, on the lazy model's last hidden layer."""

    name: ClassVar[str] = "sae_variants"
    strategies: ClassVar[tuple[str, ...]] = ("lazy",)
    seeds: ClassVar[int] = 3

    def rows(self, run: Run, store: Store) -> list[Row]:
        """Train every variant on one model's vectors; the seconds of the rows are those of its two autoencoders."""
        trained = run.train(store)
        at = hidden(trained.model, run.task())
        rows: list[Row] = []
        for setting in SETTINGS:
            name, options = split_options(setting)
            start = time.process_time()
            found = train(SAES[name](**options), at.seen, features=FEATURES, seeds=SEEDS, budget=TRAINING)
            seconds = round(time.process_time() - start, 3)
            told = self.tell(run, trained.card, _facts(setting, found, at))
            rows += [replace(row, seconds=seconds) for row in told]
        return rows

    def ask(self, run: Run, trained: Trained) -> Iterator[Fact]:
        """Asks nothing one by one: see `rows`."""
        del run, trained
        yield from ()


def _facts(setting: str, found: Sequence[SparseAutoencoder], at: Hidden) -> Iterator[Fact]:
    """Yield what a pair of seeds is like: the first one's numbers, and how much of it the second has too."""
    first, second = found
    codes = first.encode(at.at_test)
    living, others = ((each.encode(at.at_test) > 0).any(0) for each in found)
    n = len(codes)
    yield Fact(f"explained_variance: {setting}", explained_variance(at.at_test, first(at.at_test)), n, "")
    yield Fact(f"l0: {setting}", l0(codes), n, "")
    yield Fact(f"dead_share: {setting}", dead_share(codes), first.features, "")
    yield Fact(
        f"shared: {setting}", match(first.directions[living], second.directions[others]).stable_share, FEATURES, ""
    )
