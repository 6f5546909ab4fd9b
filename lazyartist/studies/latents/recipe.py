"""How latents are learnt, by names: a recipe and a seed are a model, which the store keeps."""

from __future__ import annotations

import time

from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING

import torch

from lazyartist.data import DATASETS
from lazyartist.data.families import pictured
from lazyartist.latents import CODERS, LATENTS
from lazyartist.latents.budget import LatentBudget
from lazyartist.latents.io import from_tensors, to_tensors
from lazyartist.latents.learn import LatentModel, best_of, learn
from lazyartist.latents.pictures import Pictures
from lazyartist.latents.polish import polish
from lazyartist.options import split_options
from lazyartist.provenance import code_digest
from lazyartist.sae.validation import whole
from lazyartist.training.store import Kept, Provenance, Store, versions


if TYPE_CHECKING:
    from lazyartist.reporting.row import Key


@dataclass(frozen=True)
class Recipe:
    """How latents are learnt, all but the seed.

    Attributes:
        images: name of a family of images, with knobs; or of any other dataset, whose training images are meant.
        variant: name of a way to learn, with knobs.
        coder: name of encoder and decoder, with knobs.
        latents: how many.
        steps: in which encoder and decoder are trained.
        batch_size: images per step.
        polish: steps in which a larger decoder is trained afterwards; 0 for none.
        candidates: how many models are trained, of which the one that reconstructs best is kept.
    """

    images: str = "room3d"
    variant: str = "circle_vae"
    coder: str = "basis_mlp"
    latents: int = 6
    steps: int = 5000
    batch_size: int = 128
    polish: int = 0
    candidates: int = 1

    def __post_init__(self) -> None:
        for name, least in {"latents": 1, "steps": 1, "batch_size": 2, "polish": 0, "candidates": 1}.items():
            whole(name, getattr(self, name), least)
        LATENTS.build(self.variant)  # refuses an unknown one before anything is trained
        CODERS.configured(self.coder)
        DATASETS.configured(self.images)

    def at(self) -> dict[str, Key]:
        """Return the keys of its rows."""
        dataset, knobs = split_options(self.images)
        return {"dataset": dataset, **knobs, **{name: key for name, key in asdict(self).items() if name != "images"}}

    def train(self, store: Store, seed: int) -> TrainedLatents:
        """Return the model with this seed, from the store or trained now."""
        pictures = Pictures(pictured(self.images))
        variant = LATENTS.build(self.variant)
        provenance = Provenance(
            kind="latents",
            spec={**asdict(self), "variant": repr(variant), "data": pictures.fingerprint, "seed": seed},
            versions=versions(),
            threads=torch.get_num_threads(),
            source=self.code(),
        )

        def make() -> Kept:
            start = time.process_time()
            model = self._made(pictures, seed)
            return Kept(to_tensors(model), {"seconds": round(time.process_time() - start, 3)})

        kept = store.keep(provenance, make)
        # copied into memory of torch's own: how what a file is read into is aligned may change last bits
        tensors = {name: tensor.clone() for name, tensor in kept.tensors.items()}
        model = from_tensors(variant, self.coder, pictures.shape, tensors, polished=self.polish > 0)
        return TrainedLatents(model, provenance, kept.facts["seconds"])

    def code(self) -> str:
        """Return a digest of the code that can reach the model."""
        named = (LATENTS.configured(self.variant), CODERS.configured(self.coder), DATASETS.configured(self.images))
        return code_digest(learn, best_of, polish, *(thing for thing, _ in named))

    def _made(self, pictures: Pictures, seed: int) -> LatentModel:
        learnt = partial(
            learn,
            LATENTS.build(self.variant),
            pictures,
            latents=self.latents,
            coder=self.coder,
            budget=LatentBudget(self.steps, self.batch_size),
        )
        model = best_of(self.candidates, lambda one: learnt(seed=one), pictures, seed)
        return polish(model, pictures, steps=self.polish, seed=seed) if self.polish else model


@dataclass(frozen=True, eq=False)
class TrainedLatents:
    """A trained latent model, what decided its bits, and its seconds of processor time."""

    model: LatentModel
    provenance: Provenance
    seconds: float
