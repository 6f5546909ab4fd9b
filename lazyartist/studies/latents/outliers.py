"""What is odd in a batch, found by latents: how surely, by which detector, and with how many odd images in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch

from lazyartist.data.families import images_of
from lazyartist.knobs import knob
from lazyartist.latents.batches import Protocol, draw_batches, index_encoder
from lazyartist.latents.detection import judge_detection
from lazyartist.latents.outliers import find_outliers
from lazyartist.latents.pictures import Pictures
from lazyartist.seeding import seed_from
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact
from lazyartist.studies.latents import metrics as names
from lazyartist.studies.latents.base import LatentRun, LatentStudy
from lazyartist.studies.latents.latents import OURS
from lazyartist.studies.latents.recipe import Recipe


if TYPE_CHECKING:
    from lazyartist.data.grid import Grid
    from lazyartist.reporting.row import Key
    from lazyartist.studies.latents.recipe import TrainedLatents

SHARED = 3  # factors that all normal images of a batch have in common
ODD = (4, 9, 18, 35, 70)  # of 350 images: 1 to 20 %
TOGETHER = ("floor_hue", "wall_hue", "shape")  # as in the protocol where odd images are off in several factors
USUAL, OTHERS = "conditional", ("plain", "ledoit_wolf", "mcd")


@STUDIES.register("outliers")
@dataclass(frozen=True)
class OutliersStudy(LatentStudy):
    """The latents: which images of a batch are odd, with the batch as the only context.

    Attributes:
        batches: how many batches each number is over.
    """

    name: ClassVar[str] = "outliers"
    default_recipes: ClassVar[tuple[Recipe, ...]] = (OURS,)

    batches: int = knob(200, low=1, whole=True)

    def measure(self, run: LatentRun, trained: TrainedLatents) -> Iterator[Fact]:
        """Yield how well odd images are found, protocol by protocol."""
        images = images_of(run.recipe.images)
        encode = index_encoder(trained.model, Pictures(images))
        for at, protocol, detectors in protocols(images.grid):
            generator = torch.Generator().manual_seed(seed_from("odd batches", *at.values(), run.seed))
            batches = draw_batches(protocol, images.grid, self.batches, generator)
            posterior = encode(images.grid.index_of(batches.factors))
            for detector in detectors:
                found = find_outliers(posterior, trained.model.active, detector=detector)
                quality = judge_detection(found, batches.odd)
                where = {**at, "detector": detector}
                n = self.batches
                yield Fact(names.AUROC, float(quality.auroc.mean()), n, at=where)
                yield Fact(names.PRECISION_AVERAGE, float(quality.average_precision.mean()), n, at=where)
                yield Fact(names.PRECISION, _finite(quality.precision), n, at=where)
                yield Fact(names.RECALL, quality.recall, n, at=where)
                yield Fact(names.FALSE_ALARMS, quality.false_alarms, n, at=where)


def protocols(grid: Grid) -> Iterator[tuple[dict[str, Key], Protocol, Sequence[str]]]:
    """Yield the keys of each protocol, the protocol, and the detectors that are tried on it."""
    every = tuple(grid.sizes)
    hues = tuple(name for name in every if "hue" in name)
    groups = {"hues": hues, "floor, wall, shape": TOGETHER}
    several = Protocol(off=TOGETHER, several=True)
    yield {"off": "several at once", "odd": several.odd}, several, (USUAL, *OTHERS)
    for name, factors in groups.items():
        yield {"off": name, "odd": several.odd}, Protocol(off=factors), (USUAL, *OTHERS)
    for name in every:
        yield {"off": name, "odd": several.odd}, Protocol(off=(name,), also_shared=SHARED - 1), (USUAL,)
    for odd in ODD:
        yield {"off": "hues", "odd": odd}, Protocol(off=hues, odd=odd), (USUAL,)


def _finite(share: float) -> float:
    """Nothing counted as odd, so nothing was right: 0, not a NaN."""
    return share if share == share else 0.0
