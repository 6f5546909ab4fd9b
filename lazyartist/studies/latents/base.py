"""A study of latent models: which recipes and seeds, and what rows a model gives."""

from __future__ import annotations

import hashlib

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from lazyartist.data.families import images_of
from lazyartist.knobs import check_knobs, knob
from lazyartist.provenance import code_digest
from lazyartist.reporting.row import Origin, Row
from lazyartist.studies.base import THREADS, Fact, Study, chosen_names, chosen_seeds
from lazyartist.studies.latents.recipe import Recipe, TrainedLatents
from lazyartist.training.store import Store, versions


@dataclass(frozen=True)
class LatentRun:
    """One latent model to ask.

    Attributes:
        recipe: how it is learnt.
        seed: of first weights, order of images and noise; what is asked of the model is drawn by it too.
    """

    recipe: Recipe
    seed: int

    def __str__(self) -> str:
        words = ", ".join(
            f"{name} {value}" for name, value in self.recipe.at().items() if name in ("dataset", "variant")
        )
        return f"{words}, {self.recipe.latents} latents, seed {self.seed}"


@dataclass(frozen=True)
class LatentStudy(Study[LatentRun]):
    """A study of latent models. Subclasses say what to measure; what is left empty or 0 is the study's own choice.

    Attributes:
        datasets: names of families of images.
        variants: names of ways to learn.
        coder: name of encoder and decoder.
        latents: how many.
        training: steps of encoder and decoder.
        seeds: how many seeds from 0 on, or which.
        default_recipes: what is learnt unless something is chosen; the first one is what choices change.
        default_seeds: how many seeds unless told otherwise.
    """

    chooses: ClassVar[tuple[str, ...]] = ("datasets", "variants", "coder", "latents", "training", "seeds")

    datasets: Sequence[str] = ()
    variants: Sequence[str] = ()
    coder: str = ""
    latents: int = knob(0, low=0, whole=True)
    training: int = knob(0, low=0, whole=True)
    seeds: int | Sequence[int] = 0

    default_recipes: ClassVar[tuple[Recipe, ...]] = (Recipe(),)
    default_seeds: ClassVar[int] = 5

    def __post_init__(self) -> None:
        check_knobs(self)
        for name in ("datasets", "variants"):
            object.__setattr__(self, name, chosen_names(getattr(self, name), name))
        object.__setattr__(self, "seeds", chosen_seeds(self.seeds))
        self.recipes()  # refuses unknown names before anything is trained

    def recipes(self) -> Sequence[Recipe]:
        """Return how latents are learnt here."""
        chosen: dict[str, Any] = {"coder": self.coder, "latents": self.latents, "steps": self.training}
        changes = {name: value for name, value in chosen.items() if value}
        if not changes and not self.datasets and not self.variants:
            return self.default_recipes
        first = replace(self.default_recipes[0], **changes)
        return [
            replace(first, images=images, variant=variant)
            for images in self.datasets or (first.images,)
            for variant in self.variants or (first.variant,)
        ]

    def runs(self) -> list[LatentRun]:
        """Return the runs, all seeds of a recipe one after the other."""
        assert isinstance(self.seeds, tuple)
        seeds = self.seeds or range(self.default_seeds)
        return [LatentRun(recipe, seed) for recipe in self.recipes() for seed in seeds]

    def rows(self, run: LatentRun, store: Store) -> list[Row]:
        """Train or fetch the run's model, measure it, and return the facts as rows."""
        trained = run.recipe.train(store, run.seed)
        origin = Origin(
            run=self.digest(run),
            at={**run.recipe.at(), **self.changed_knobs()},
            data=images_of(run.recipe.images).fingerprint,
            versions=versions(),
            threads=THREADS,
            seconds=trained.seconds,
        )
        return self.as_rows(run.seed, origin, self.measure(run, trained))

    @abstractmethod
    def measure(self, run: LatentRun, trained: TrainedLatents) -> Iterator[Fact]:
        """Yield what is measured of one model."""

    def digest(self, run: LatentRun) -> str:
        """Return a digest of all that decides the rows of a run."""
        data = images_of(run.recipe.images).fingerprint
        code = (run.recipe.code(), code_digest(type(self)))
        decides = (self.name, self.knobs(), run, data, versions(), THREADS, code)
        return hashlib.sha256(repr(decides).encode()).hexdigest()[:16]
