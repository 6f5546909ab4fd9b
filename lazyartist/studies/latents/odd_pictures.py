"""The pictures of odd images: which they are, why, and what they would look like otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from lazyartist.data.families import images_of, names_of
from lazyartist.latents.batches import Protocol, draw_batches
from lazyartist.latents.odd_images import shown_odd
from lazyartist.latents.outliers import learn_normal
from lazyartist.reporting.figure import save
from lazyartist.seeding import seed_from
from lazyartist.studies import PICTURES
from lazyartist.studies.latents.odd_figures import counterfactuals_figure, odd_images_figure
from lazyartist.studies.latents.outliers import TOGETHER


if TYPE_CHECKING:
    from pathlib import Path

    from lazyartist.latents.odd_image import OddImage
    from lazyartist.studies.latents.base import LatentStudy
    from lazyartist.training.store import Store

SHOWN, CHANGED = 12, 6  # odd images in a picture, and those of them whose counterfactual is shown


@PICTURES.register("outliers")
def outliers_pictures(study: LatentStudy, store: Store, results: Path) -> list[Path]:
    """Draw the oddest images of a batch with the first run's model; return the file."""
    odd, threshold, circles, about = _odd(study, store)
    path = results / "outliers.png"
    save(lambda: odd_images_figure(odd, threshold, circles, about), path)
    return [path]


@PICTURES.register("counterfactuals")
def counterfactuals_pictures(study: LatentStudy, store: Store, results: Path) -> list[Path]:
    """Draw odd images beside what they would look like otherwise; return the file."""
    odd, _, _, about = _odd(study, store)
    path = results / "counterfactuals.png"
    save(lambda: counterfactuals_figure(odd[:CHANGED], about), path)
    return [path]


def _odd(study: LatentStudy, store: Store) -> tuple[list[OddImage], float, int, str]:
    """Return a batch's oddest images, the threshold, how many latents are angles, and what captions begin with."""
    run = study.runs()[0]
    model, images = run.recipe.train(store, run.seed).model, images_of(run.recipe.images)
    generator = torch.Generator().manual_seed(seed_from("pictures of odd images", run.seed))
    batch = draw_batches(Protocol(off=TOGETHER), images.grid, 1, generator)
    pictures = images.render(images.grid.index_of(batch.factors[0]))
    posterior = model.encode(pictures)
    normal = learn_normal(posterior, model.active)
    which = normal.judge(posterior.mean).distance.argsort(descending=True)[:SHOWN]
    odd = shown_odd(model, normal, posterior, which, pictures[which], names_of(pictures))
    return (
        odd,
        normal.threshold,
        model.circles,
        f"{run.recipe.at()['dataset']}, {len(pictures)} images, 25 of them odd.",
    )
