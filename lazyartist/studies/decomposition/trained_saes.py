"""Sparse autoencoders of a trained model's layer, kept in the store; and what the studies that train them share."""

from __future__ import annotations

import hashlib
import time

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import torch

from lazyartist.knobs import check_knobs, knob
from lazyartist.provenance import code_digest
from lazyartist.sae import SAES
from lazyartist.sae.budget import SaeBudget
from lazyartist.sae.io import from_tensors, to_tensors
from lazyartist.sae.train import train
from lazyartist.studies.classifiers import ClassifierStudy, Run
from lazyartist.studies.decomposition.last_layer import LastLayer, last_layer_activations
from lazyartist.training.store import Kept, Provenance, versions


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor

    from lazyartist.reporting.row import Row
    from lazyartist.sae.base import SparseAutoencoder
    from lazyartist.studies.base import Fact
    from lazyartist.training.store import Store, Trained

VARIANT = "topk:k=16"  # of the autoencoder that the chapter is about


@dataclass(frozen=True)
class SaeUsingStudy(ClassifierStudy):
    """A study that trains sparse autoencoders of its models' layers.

    Attributes:
        steps: gradient steps of an autoencoder.
        vectors_per_step: how many vectors are in a batch.
        images: how many training images autoencoders see as they are, and how many whose bias attribute says nothing.
    """

    steps: int = knob(1000, low=1, whole=True)
    vectors_per_step: int = knob(256, low=1, whole=True)
    images: int = knob(10_000, low=2, whole=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_knobs(self)
        for name in self.sae_variants():
            SAES.build(name)  # refuses an unknown one before anything is trained

    def rows(self, run: Run, store: Store) -> list[Row]:
        """Train or fetch model and autoencoders, and return the facts as rows; the seconds are the model's."""
        trained = run.train(store)
        return self.to_rows(run, trained.seconds, self.facts(run, trained, store))

    def facts(self, run: Run, trained: Trained, store: Store) -> Iterator[Fact]:
        """Yield what is measured of one trained model."""
        raise NotImplementedError

    def sae_variants(self) -> Sequence[str]:
        """Return the variants of sparse autoencoder that the study trains, with their knobs."""
        raise NotImplementedError

    @property
    def sae_budget(self) -> SaeBudget:
        """How long and how fast autoencoders are trained."""
        return SaeBudget(steps=self.steps, batch_size=self.vectors_per_step)

    def digest(self, run: Run) -> str:
        """Return what decides the rows of a run: also the code of its autoencoders, which no import leads to."""
        code = code_digest(*(SAES.configured(name)[0] for name in self.sae_variants()))
        return hashlib.sha256(f"{super().digest(run)} {code}".encode()).hexdigest()[:16]


@dataclass(frozen=True)
class LastLayerStudy(SaeUsingStudy):
    """A study that takes the last hidden layer apart, by two autoencoders that differ in their seed.

    Attributes:
        width: features of each autoencoder.
        sae_seed: of the first autoencoder; the second has the next one.
    """

    width: int = knob(64, low=1, whole=True)
    sae_seed: int = knob(0, low=0, whole=True)

    def last_layer(self, run: Run, trained: Trained) -> LastLayer:
        """Return the vectors of a model's last hidden layer."""
        return last_layer_activations(trained.model, run.task(), self.images)

    def sae_pair(
        self, store: Store, trained: Trained, layer: LastLayer, variant: str = VARIANT
    ) -> tuple[SparseAutoencoder, SparseAutoencoder]:
        """Return two seeds of an autoencoder of the last hidden layer."""
        seeds = (self.sae_seed, self.sae_seed + 1)
        first, second = train_saes(
            store, trained, layer.name, layer.seen, variant, width=self.width, seeds=seeds, budget=self.sae_budget
        )
        return first, second


def train_saes(
    store: Store,
    trained: Trained,
    layer: str,
    vectors: Tensor,
    variant: str,
    *,
    width: int,
    seeds: Sequence[int] = (0,),
    budget: SaeBudget,
) -> list[SparseAutoencoder]:
    """Return sparse autoencoders of a layer, one per seed: from the store, or trained now and then kept.

    Args:
        store: where they are kept.
        trained: the model that the layer is of.
        layer: its name.
        vectors: (N, D), what the layer puts out, pooled over positions.
        variant: of sparse autoencoder, with its knobs.
        width: features of each.
        seeds: different ones; see `lazyartist.sae.train.train`, which says what is refused.
        budget: how long and how fast.
    """
    kind = SAES.build(variant)
    provenance = Provenance(
        kind="saes",
        spec={
            "of": trained.provenance.key,
            "layer": layer,
            "pooling": "pooled",
            "vectors": hashlib.sha256(vectors.cpu().contiguous().numpy().tobytes()).hexdigest(),
            "variant": repr(kind),
            "width": width,
            "seeds": list(seeds),
            "budget": asdict(budget),
        },
        versions=versions(),
        threads=torch.get_num_threads(),
        source=code_digest(train, type(kind)),
    )

    def make() -> Kept:
        start = time.process_time()
        saes = train(kind, vectors, features=width, seeds=seeds, budget=budget)
        tensors = {f"{sae.seed}.{name}": tensor for sae in saes for name, tensor in to_tensors(sae).items()}
        return Kept(tensors, {"seconds": round(time.process_time() - start, 3)})

    kept = store.keep(provenance, make)

    def tensors_of(seed: int) -> dict[str, Tensor]:
        # copied into memory of torch's own: how what a file is read into is aligned may change last bits
        owned = f"{seed}."
        return {name[len(owned) :]: kept.tensors[name].clone() for name in kept.tensors if name.startswith(owned)}

    return [from_tensors(kind, tensors_of(seed), seed, budget) for seed in seeds]
