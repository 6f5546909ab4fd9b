"""Task 6: the lazy model's last hidden layer taken apart by a sparse autoencoder, and steered by its features."""

from __future__ import annotations

import contextlib

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch

from lazyartist.knobs import knob
from lazyartist.sae.labelling import label_features
from lazyartist.sae.matching import STABLE_COSINE, match, matched_names
from lazyartist.sae.metrics import dead_share, explained_variance, l0, loss_recovered
from lazyartist.sae.sparse_probe import sparse_probe
from lazyartist.statistics import auroc
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact
from lazyartist.studies.classifiers import Run
from lazyartist.studies.common import rounded
from lazyartist.studies.decomposition.metrics import (
    ATTRIBUTE_AUROC,
    COMPARED_AT,
    DEAD_SHARE,
    DIRECTIONS,
    EXPLAINED_VARIANCE,
    L0,
    LOSS_RECOVERED,
    PROBE_AUROC,
    PROBED_FEATURES,
    SAME_NAME,
    SHARED_FEATURES,
    STABLE_FEATURES,
    STEER_COST,
    STEER_DOWN,
    STEER_UP,
    STEERED_SHARE,
    STEERED_VALUES,
    UP,
)
from lazyartist.studies.decomposition.steering_curves import steering_curves
from lazyartist.studies.decomposition.trained_saes import VARIANT, LastLayerStudy
from lazyartist.studies.lazy import LAZY


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lazyartist.reporting.row import Direction, Key
    from lazyartist.sae.base import SparseAutoencoder
    from lazyartist.sae.labelling import Feature
    from lazyartist.studies.decomposition.last_layer import LastLayer
    from lazyartist.training.store import Store, Trained


@STUDIES.register("sae")
@dataclass(frozen=True)
class SaeStudy(LastLayerStudy):
    """Task 6: a sparse autoencoder of the lazy model's last hidden layer: its features, steering, stability.

    Attributes:
        variant: of sparse autoencoder, with its knobs.
        probed: images for what takes long: the loss through the model, sparse probes.
    """

    name: ClassVar[str] = "sae"
    default_strategies: ClassVar[tuple[str, ...]] = (LAZY,)

    variant: str = VARIANT
    probed: int = knob(2000, low=2, whole=True)

    def sae_variants(self) -> Sequence[str]:
        """Return the one variant."""
        return (self.variant,)

    def facts(self, run: Run, trained: Trained, store: Store) -> Iterator[Fact]:
        """Yield how good the autoencoder is, what its features know, what steering does, what another seed finds."""
        layer = self.last_layer(run, trained)
        first, second = self.sae_pair(store, trained, layer, self.variant)
        codes = first.encode(layer.test_vectors)
        n = len(codes)
        variance = explained_variance(layer.test_vectors, first(layer.test_vectors))
        yield Fact(EXPLAINED_VARIANCE, variance, n, "higher")
        yield Fact(L0, l0(codes), n, "lower")
        yield Fact(DEAD_SHARE, dead_share(codes), first.features, "lower")
        easy = run.task().easy.subset(slice(0, self.probed))
        with contextlib.suppress(ValueError):  # a model that errs on validation images has no loss to recover there
            recovered = loss_recovered(trained.model, layer.name, "pooled", easy, first, layer.seen.mean(0))
            yield Fact(LOSS_RECOVERED, recovered, len(easy), "higher")
        yield from probe_facts(layer, first, self.probed)
        yield from steering_facts(layer, first)
        cards = [label_features(sae.encode(layer.fair_vectors), layer.fair) for sae in (first, second)]
        yield from stability_facts((first, second), cards, layer.fair.bias)


def probe_facts(layer: LastLayer, sae: SparseAutoencoder, probed: int) -> Iterator[Fact]:
    """Yield how well single features, and a handful of them, tell each attribute value and each class."""
    values = torch.arange(layer.test.attributes)[:, None]
    z, z_test = sae.encode(layer.fair_vectors), sae.encode(layer.test_vectors)
    chosen = auroc(z, layer.fair.attribute == values).argmax(1)
    scores = auroc(z_test, layer.test.attribute == values).gather(1, chosen[:, None])[:, 0]
    yield Fact(ATTRIBUTE_AUROC, float(scores.min()), len(z_test), "higher", _six_digits(scores))
    for factor in (*layer.fair.bias, layer.fair.target):
        groups, groups_test = (split.factor(factor)[:probed] for split in (layer.fair, layer.test))
        for k in PROBED_FEATURES:
            if k <= sae.features:
                told = sparse_probe((z[:probed], groups), (z_test[:probed], groups_test), k)
                where: dict[str, Key] = {"factor": factor, "features": k}
                yield Fact(PROBE_AUROC, float(told.mean()), len(groups_test), "", _six_digits(told), at=where)


def steering_facts(layer: LastLayer, sae: SparseAutoencoder) -> Iterator[Fact]:
    """Yield, for each kind of direction, what the model answers: the mean over classes, and every amount's."""
    for kind, curve in steering_curves(layer, sae).items():
        wanted: Direction = "higher" if kind == DIRECTIONS[0] else ""
        where = {"direction": kind}
        up = curve.up[UP.index(COMPARED_AT)]
        yield Fact(STEER_UP, float(up.mean()), curve.n, wanted, rounded(curve.up.tolist()), at=where)
        yield Fact(STEERED_VALUES, int((up >= STEERED_SHARE).sum()), len(up), wanted, at=where)
        yield Fact(STEER_DOWN, float(curve.down[-1].mean()), curve.n, "", rounded(curve.down.tolist()), at=where)
        yield Fact(STEER_COST, float(curve.cost[-1].mean()), curve.n, "", rounded(curve.cost.tolist()), at=where)


def stability_facts(
    saes: tuple[SparseAutoencoder, SparseAutoencoder], cards: Sequence[Sequence[Feature]], bias: Sequence[str]
) -> Iterator[Fact]:
    """Yield which share of the attribute's features another seed has too: by direction, and by what the match means."""
    living = [[card for card in own if card.density > 0] for own in cards]
    left, right = (sae.directions[[card.index for card in own]] for sae, own in zip(saes, living, strict=True))
    pairs = match(left, right)
    named = [i for i, card in enumerate(living[0]) if card.kind in bias and len(card.means) == 1]
    near = dict(zip(pairs.left.tolist(), (pairs.cosine > STABLE_COSINE).tolist(), strict=True))
    means = [{card.name: list(card.means) for card in own} for own in cards]
    same = [
        means[0][name] == means[1].get(partner)
        for factor in bias
        for name, partner in matched_names(cards[0], cards[1], (saes[0].directions, saes[1].directions), factor).items()
    ]
    yield Fact(STABLE_FEATURES, sum(near.get(i, False) for i in named) / max(1, len(named)), len(named), "higher")
    yield Fact(SAME_NAME, sum(same) / max(1, len(same)), len(same), "higher")
    yield Fact(SHARED_FEATURES, pairs.stable_share, len(pairs.left), "")


def _six_digits(scores: torch.Tensor) -> list[float]:
    return [round(score, 6) for score in scores.tolist()]
