"""The pictures of one latent model on images whose factors are known: what its latents tell, look at and stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from lazyartist.data.families import images_of
from lazyartist.data.images import Split
from lazyartist.latents.latent_maps import change_maps, read_maps
from lazyartist.latents.metrics.information import mutual_information
from lazyartist.latents.monitor import LEAST, monitor
from lazyartist.latents.odd_images import as_pictures
from lazyartist.latents.responses import measure_responses
from lazyartist.latents.traversals import latents_in_use, traverse
from lazyartist.reporting.animation import save_animation
from lazyartist.reporting.figure import save
from lazyartist.seeding import seed_from
from lazyartist.studies import PICTURES
from lazyartist.studies.latents.family_figure import family_figure
from lazyartist.studies.latents.family_pictures import family_pictures
from lazyartist.studies.latents.figures import (
    LayerUnits,
    Plane,
    information_figure,
    monitor_figure,
    planes_figure,
    responses_figure,
)
from lazyartist.studies.latents.moving_figures import traversal_frames
from lazyartist.studies.latents.picture_figures import change_maps_figure, read_maps_figure, traversals_figure


if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from lazyartist.data.grid import FactorImages
    from lazyartist.latents.learn import LatentModel
    from lazyartist.studies.latents.latents import LatentsStudy
    from lazyartist.training.store import Store

COUNTED = 10_000  # images that information is counted on
LOOKED_AT = 1500  # images that units are watched on, that planes show, and that covariances are taken of
MAPPED = 8  # images that maps are drawn of
ROWS = 3  # images that move
# where factors begin in the picture of a family
FAMILIES = {
    "room3d:size=64": {"floor_hue": 1, "wall_hue": 5, "object_hue": 0, "scale": 5, "shape": 3, "azimuth": 3},
    "sprites2d:size=64": {"shape": 2, "scale": 5, "orientation": 4, "x": 16, "y": 16},
}
FRAMES = 24


@PICTURES.register("latents")
def latents_pictures(study: LatentsStudy, store: Store, results: Path) -> list[Path]:
    """Draw what the latents of the first run tell, look at and stand for; return the files."""
    run = study.runs()[0]
    model = run.recipe.train(store, run.seed).model
    at = run.recipe.at()
    about = f"{at['dataset']}, {at['variant']}, seed {run.seed}"
    return [draw_families(results), *draw_latents(model, images_of(run.recipe.images), about, results)]


def draw_families(results: Path) -> Path:
    """Draw the two families of images beside each other, one factor after the other; return the file."""
    path = results / "families.png"
    shown = {name.partition(":")[0]: family_pictures(images_of(name), start) for name, start in FAMILIES.items()}
    save(lambda: family_figure(shown), path)
    return path


def draw_latents(model: LatentModel, images: FactorImages, about: str, results: Path, *, seed: int = 0) -> list[Path]:
    """Draw all that can be seen of a latent model, and return the files.

    Args:
        model: encoder and decoder.
        images: what it was trained on, or images like them.
        about: what captions begin with: dataset, variant, seed.
        results: the folder.
        seed: of the images that are drawn.

    Raises:
        ValueError: no latent is in use, or the images are not those of this model.
    """
    latents_in_use(model)
    generator = torch.Generator().manual_seed(seed_from("pictures of latents", seed))
    index = torch.randint(len(images), (COUNTED,), generator=generator)
    pictures = images.render(index)
    means = model.encode(pictures).mean
    seen = pictures[:LOOKED_AT]
    return [
        *_numbers(model, images, index, means, about, results, seed),
        *_traversals(model, means, about, results),
        *_maps(model, seen, means, about, results),
    ]


def _numbers(
    model: LatentModel, images: FactorImages, index: Tensor, means: Tensor, about: str, results: Path, seed: int
) -> list[Path]:
    names, factors = list(images.grid.sizes), images.grid.factors_of(index)
    told = mutual_information(means, factors, active=model.active).normalised
    shares = told.masked_fill(~model.active[:, None], torch.nan).cpu().numpy()
    moved = measure_responses(model, images, seed=seed)
    split = Split(images, names[0], (), index[:LOOKED_AT])
    layers = [
        LayerUnits(f"{one.layer} ({one.kind})", one.explained.cpu().numpy(), int(one.dead.sum()))
        for one in monitor(model, split)
    ]
    planes = []
    if int(model.active.sum()) > 1:
        for place, (name, size) in enumerate(images.grid.sizes.items()):
            pair = _two_best(told[:, place], model)
            codes, values = means[:LOOKED_AT, list(pair)].cpu().numpy(), factors[:LOOKED_AT, place].cpu().numpy()
            planes.append(Plane(codes, pair, name, values, size))
    files = {
        "information": lambda: information_figure(shares, names, model.circles, f"{about}, {len(index):,} images"),
        "responses": lambda: responses_figure(
            moved.of_everything.cpu().numpy(),
            moved.in_sds.cpu().numpy(),
            moved.factors,
            model.circles,
            f"{about}, {moved.n} images",
        ),
        "units": lambda: monitor_figure(layers, names, LEAST, f"{about}, {len(split):,} images"),
        "planes": lambda: planes_figure(planes, model.circles, f"{about}: the two latents that tell most of a factor"),
    }
    written = []
    for name, draw in files.items():
        if name != "planes" or planes:
            written.append(results / f"latents_{name}.{'png' if name == 'planes' else 'svg'}")
            save(draw, written[-1])
    return written


def _two_best(told: Tensor, model: LatentModel) -> tuple[int, int]:
    """Return the two latents in use that tell most of a factor, an angle before a line, the better one first."""
    first, second = told.masked_fill(~model.active, -1).topk(2).indices.tolist()
    return (second, first) if first >= model.circles > second else (first, second)


def _traversals(model: LatentModel, means: Tensor, about: str, results: Path) -> list[Path]:
    still, moving = results / "latents_traversals.png", results / "latents_traversals.gif"
    one = traverse(model, means[0], means=means)
    save(
        lambda: traversals_figure(
            as_pictures(one.start),
            as_pictures(one.images),
            one.values.double().cpu().numpy(),
            one.own.double().cpu().numpy(),
            one.latents,
            one.skipped,
            model.circles,
            f"{about}.",
        ),
        still,
    )
    several = [traverse(model, z, means=means, steps=FRAMES, loop=True) for z in means[:ROWS]]
    images = as_pictures(torch.stack([each.images for each in several]))
    frames = traversal_frames(images, several[0].values.double().cpu().numpy(), one.latents, model.circles, about)
    save_animation(frames, moving)
    return [still, moving]


def _maps(model: LatentModel, seen: Tensor, means: Tensor, about: str, results: Path) -> list[Path]:
    read, put = results / "latents_read.png", results / "latents_put.png"
    changed = change_maps(model, means[:50])
    shown = as_pictures(seen[:MAPPED])
    maps = {
        f"latent {latent}": read_maps(model, seen[:MAPPED], latent, seen).cpu().numpy() for latent in changed.latents
    }
    save(lambda: read_maps_figure(shown, maps, f"{about}: where each latent is read from"), read)
    words = f"{about}: how much each pixel changes when a latent moves"
    save(lambda: change_maps_figure(shown[0], changed.maps.cpu().numpy(), changed.latents, model.circles, words), put)
    return [read, put]
