"""Latents of rooms: sliders, the picture that the decoder makes of them, and the odd ones of a batch."""

from __future__ import annotations

import threading

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import torch

from pydantic import BaseModel, ConfigDict, Field

from lazyartist.data.families import images_of
from lazyartist.latents import LATENTS
from lazyartist.latents.odd_image import latent_name
from lazyartist.latents.traversals import latents_in_use, path
from lazyartist.page.answers import bytes_of
from lazyartist.page.models import DRAWING
from lazyartist.studies.latents.latents import OURS
from lazyartist.studies.latents.odd_pictures import odd_batch
from lazyartist.studies.latents.recipe import Recipe
from lazyartist.training.store import versions


if TYPE_CHECKING:
    from lazyartist.latents.learn import LatentModel
    from lazyartist.latents.odd_image import OddImage
    from lazyartist.training.store import Store

QUICK = Recipe(steps=3000)  # where the store does not hold the study's own
SEED = 0
SHOWN = 6  # odd images
SEEN = 2000  # images whose latents say how far a slider goes


class AskForRoom(BaseModel):
    """Where each latent of a room is; without them, those of an image."""

    model_config = ConfigDict(extra="forbid")

    latents: Annotated[list[Annotated[float, Field(ge=-20, le=20, allow_inf_nan=False)]], Field(max_length=64)] = []
    image: Annotated[int, Field(ge=0, le=10**9, strict=True)] = 0


class Rooms:
    """The latents of one model of rooms, which is fetched from the store, or learnt, the first time it is asked."""

    def __init__(self, store: Store, recipe: Recipe | None = None) -> None:
        self._store, self._recipe = store, recipe or _known(store) or QUICK
        self._model: LatentModel | None = None
        self._ends: dict[int, tuple[float, float]] = {}
        self._batch: list[dict[str, Any]] | None = None
        self._lock = threading.Lock()

    @property
    def about(self) -> str:
        """How it is learnt."""
        return f"{self._recipe.variant} of {self._recipe.images}, {self._recipe.steps:,} steps"

    def model(self) -> LatentModel:
        """Return the model; the first time may take minutes."""
        with self._lock:
            if self._model is None:
                with DRAWING:
                    self._model = self._recipe.train(self._store, SEED).model
                self._ends = _ends(self._model, self._recipe.images)
            return self._model

    def show(self, asked: AskForRoom) -> dict[str, Any]:
        """Return each latent's place and its ends, and the picture of them.

        Raises:
            ValueError: there are not as many latents as the model has.
        """
        model, images = self.model(), images_of(self._recipe.images)
        original = None
        if asked.latents:
            if len(asked.latents) != model.latents:
                raise ValueError(f"latents: expected {model.latents}, got {len(asked.latents)}")
            z = torch.tensor(asked.latents)
        else:
            chosen = images.render(torch.tensor([asked.image % len(images)]))
            z, original = model.encode(chosen).mean[0], bytes_of(chosen[0])
        return {
            "about": self.about,
            "latents": [round(value, 4) for value in z.tolist()],
            "sliders": [
                {"latent": latent, "name": latent_name(latent, model.circles), "low": low, "high": high}
                for latent, (low, high) in self._ends.items()
            ],
            "picture": bytes_of(model.decode(z[None])[0]),
            "original": original,
            "side": model.coder.shape[-1],
            "python": _lines(self._recipe, z.tolist()),
        }

    def odd(self) -> dict[str, Any]:
        """Return the oddest images of a batch, the latent that tells, and what each would look like otherwise."""
        model = self.model()
        with self._lock:
            if self._batch is None:
                found, threshold, count = odd_batch(model, images_of(self._recipe.images), SEED)
                self._batch = [_card(one, threshold, count, model.circles) for one in found[:SHOWN]]
        return {"side": model.coder.shape[-1], "odd": self._batch}


def _card(one: OddImage, threshold: float, count: int, circles: int) -> dict[str, Any]:
    def text(picture: Any) -> str | None:
        return None if picture is None else bytes_of(torch.from_numpy(picture).movedim(-1, 0))

    return {
        "distance": round(one.distance, 2),
        "threshold": round(threshold, 2),
        "of": count,
        "latent": latent_name(one.latent, circles),
        "image": text(one.image),
        "counterfactual": text(one.counterfactual),
        "words": one.words,
    }


def _ends(model: LatentModel, dataset: str) -> dict[int, tuple[float, float]]:
    """Return how far the slider of each latent in use goes: once round, or over the middle 95 % of many images."""
    images = images_of(dataset)
    means = model.encode(images.render(torch.linspace(0, len(images) - 1, SEEN).long())).mean
    ends = {}
    for latent in latents_in_use(model):
        places = path(model, latent, 3, means=means)
        ends[latent] = (-3.1416, 3.1416) if latent < model.circles else (float(places[0]), float(places[-1]))
    return ends


def _known(store: Store) -> Recipe | None:
    """Return the study's own recipe if the store holds what it makes, since to make it takes minutes."""
    of_today = {"kind": "latents", "source": OURS.code(), "versions": versions()}
    wanted = {**asdict(OURS), "variant": repr(LATENTS.build(OURS.variant)), "seed": SEED}
    for one, _ in store.list():
        if of_today.items() <= vars(one).items() and wanted.items() <= dict(one.spec).items():
            return OURS
    return None


def _lines(recipe: Recipe, latents: list[float]) -> str:
    return (
        "import torch\n\n"
        "from lazyartist.studies.latents.recipe import Recipe\n"
        "from lazyartist.training.store import Store\n\n"
        "torch.set_num_threads(1)  # another number gives other bits\n"
        f"model = {recipe!r}.train(Store(), {SEED}).model\n"
        f"picture = model.decode(torch.tensor([{[round(value, 4) for value in latents]}]))\n"
    )
