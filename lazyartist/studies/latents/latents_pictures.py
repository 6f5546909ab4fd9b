"""The pictures of the chapter: the model that its first recipe makes with its first seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazyartist.data.families import images_of
from lazyartist.studies import PICTURES
from lazyartist.studies.latents.pictures import draw_latents


if TYPE_CHECKING:
    from pathlib import Path

    from lazyartist.studies.latents.latents import LatentsStudy
    from lazyartist.training.store import Store


@PICTURES.register("latents")
def latents_pictures(study: LatentsStudy, store: Store, results: Path) -> list[Path]:
    """Draw what the latents of the first run tell, look at and stand for; return the files."""
    run = study.runs()[0]
    model = run.recipe.train(store, run.seed).model
    at = run.recipe.at()
    return draw_latents(
        model, images_of(run.recipe.images), f"{at['dataset']}, {at['variant']}, seed {run.seed}", results
    )
