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

    from lazyartist.data.grid import FactorImages
    from lazyartist.latents.learn import LatentModel
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


def odd_batch(model: LatentModel, images: FactorImages, seed: int) -> tuple[list[OddImage], float, int]:
    """Return the oddest images of a batch of which 25 are off, the threshold, and how many images there are.

    Args:
        model: whose latents tell.
        images: the family that the batch is drawn from.
        seed: of the draw.
    """
    generator = torch.Generator().manual_seed(seed_from("pictures of odd images", seed))
    batch = draw_batches(Protocol(off=TOGETHER), images.grid, 1, generator)
    pictures = images.render(images.grid.index_of(batch.factors[0]))
    posterior = model.encode(pictures)
    normal = learn_normal(posterior, model.active)
    which = normal.judge(posterior.mean).distance.argsort(descending=True)[:SHOWN]
    odd = shown_odd(model, normal, posterior, which, pictures[which], names_of(pictures))
    return odd, normal.threshold, len(pictures)


def _odd(study: LatentStudy, store: Store) -> tuple[list[OddImage], float, int, str]:
    """Return a batch's oddest images, the threshold, how many latents are angles, and what captions begin with."""
    run = study.runs()[0]
    model = run.recipe.train(store, run.seed).model
    odd, threshold, count = odd_batch(model, images_of(run.recipe.images), run.seed)
    return odd, threshold, model.circles, f"{run.recipe.at()['dataset']}, {count} images, 25 of them odd."
