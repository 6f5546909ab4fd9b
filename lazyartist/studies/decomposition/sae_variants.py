"""Task 6: the variants of sparse autoencoders side by side, at several sparsities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from lazyartist.sae.matching import match
from lazyartist.sae.metrics import dead_share, explained_variance, l0
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact
from lazyartist.studies.classifiers import Run
from lazyartist.studies.decomposition.metrics import DEAD_SHARE, EXPLAINED_VARIANCE, L0, SHARED_FEATURES
from lazyartist.studies.decomposition.trained_saes import LastLayerStudy
from lazyartist.studies.lazy import LAZY


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lazyartist.sae.base import SparseAutoencoder
    from lazyartist.studies.decomposition.last_layer import LastLayer
    from lazyartist.training.store import Store, Trained

VARIANTS = (
    *(f"{name}:k={k}" for name in ("topk", "batch_topk", "jump_relu", "matryoshka") for k in (4, 8, 16)),
    *(f"relu_l1:strength={strength:g}" for strength in (0.03, 0.01, 0.003)),
)


@STUDIES.register("sae_variants")
@dataclass(frozen=True)
class SaeVariantsStudy(LastLayerStudy):
    """Task 6: every variant of sparse autoencoder at several sparsities, on the lazy model's last hidden layer.

    Attributes:
        variants: of sparse autoencoder, with their knobs.
    """

    name: ClassVar[str] = "sae_variants"
    default_strategies: ClassVar[tuple[str, ...]] = (LAZY,)
    default_seeds: ClassVar[int] = 3

    variants: tuple[str, ...] = VARIANTS

    def __post_init__(self) -> None:
        given = self.variants
        object.__setattr__(self, "variants", (given,) if isinstance(given, str) else tuple(given))
        super().__post_init__()

    def sae_variants(self) -> Sequence[str]:
        """Return all of them."""
        return self.variants

    def facts(self, run: Run, trained: Trained, store: Store) -> Iterator[Fact]:
        """Yield what each variant is like on one model's vectors."""
        layer = self.last_layer(run, trained)
        for variant in self.variants:
            yield from _facts(variant, self.sae_pair(store, trained, layer, variant), layer)


def _facts(variant: str, saes: Sequence[SparseAutoencoder], layer: LastLayer) -> Iterator[Fact]:
    """Yield what a pair of seeds is like: the first one's numbers, and how much of it the second has too."""
    first, second = saes
    x = layer.test_vectors
    codes = first.encode(x)
    living, others = ((sae.encode(x) > 0).any(0) for sae in saes)
    shared = match(first.directions[living], second.directions[others]).stable_share
    where = {"sae": variant}
    yield Fact(EXPLAINED_VARIANCE, explained_variance(x, first(x)), len(codes), at=where)
    yield Fact(L0, l0(codes), len(codes), at=where)
    yield Fact(DEAD_SHARE, dead_share(codes), first.features, at=where)
    yield Fact(SHARED_FEATURES, shared, first.features, at=where)
