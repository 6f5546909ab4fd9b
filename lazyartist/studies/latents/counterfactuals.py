"""What odd images would look like if they were normal, and whether that and only that has changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch

from lazyartist.data.families import images_of
from lazyartist.data.images import UnsupportedError
from lazyartist.data.room3d import Room3D
from lazyartist.data.room3d_reader import read_factors
from lazyartist.knobs import knob
from lazyartist.latents.batches import Protocol, draw_batches
from lazyartist.latents.counterfactual_quality import judge_counterfactuals, judge_factors
from lazyartist.latents.counterfactuals import MOVES, NONE, counterfactuals
from lazyartist.latents.outliers import learn_normal
from lazyartist.seeding import seed_from
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact
from lazyartist.studies.latents import metrics as names
from lazyartist.studies.latents.base import LatentRun, LatentStudy
from lazyartist.studies.latents.latents import OURS
from lazyartist.studies.latents.outliers import SHARED
from lazyartist.studies.latents.recipe import Recipe


if TYPE_CHECKING:
    from lazyartist.latents.learn import LatentModel
    from lazyartist.reporting.row import Key
    from lazyartist.studies.latents.recipe import TrainedLatents

GRADUAL = ("scale", "azimuth")  # of which the next value is hardly another one


@STUDIES.register("counterfactuals")
@dataclass(frozen=True)
class CounterfactualsStudy(LatentStudy):
    """The latents: odd images moved to where they would be normal, decoded, and read by an exact reader of rooms.

    Attributes:
        batches: how many batches each number is over; each has 25 odd images of 350.
    """

    name: ClassVar[str] = "counterfactuals"
    default_recipes: ClassVar[tuple[Recipe, ...]] = (OURS,)

    batches: int = knob(20, low=1, whole=True)

    def measure(self, run: LatentRun, trained: TrainedLatents) -> Iterator[Fact]:
        """Yield how good counterfactuals are, by move and by the factors that images were off in.

        Raises:
            UnsupportedError: the images are no rooms, whose factors can be read from a picture.
        """
        rooms = images_of(run.recipe.images)
        if not isinstance(rooms, Room3D):
            raise UnsupportedError(f"{run.recipe.images}: the factors of its pictures cannot be read; take room3d")
        every = tuple(rooms.grid.sizes)
        hues = tuple(name for name in every if "hue" in name)
        for off in (hues, *((name,) for name in every)):
            word = "hues" if off == hues else off[0]
            generator = torch.Generator().manual_seed(seed_from("odd rooms", word, run.seed))
            protocol = Protocol(off=off, also_shared=SHARED - len(off))
            for move in (*MOVES, NONE) if off == hues else ("conditional",):
                yield from self._facts(trained.model, rooms, protocol, generator, {"off": word, "move": move})

    def _facts(
        self, model: LatentModel, rooms: Room3D, protocol: Protocol, generator: torch.Generator, at: dict[str, Key]
    ) -> Iterator[Fact]:
        grid = rooms.grid
        drawn = draw_batches(protocol, grid, self.batches, generator)
        which = torch.arange(protocol.odd)
        sums = dict.fromkeys((names.VALID, names.PLAUSIBLE, names.RESTORED, names.KEPT, names.KEPT_EXACTLY), 0.0)
        sums |= dict.fromkeys((names.MOVED_LATENTS, names.MOVED_SIGMAS, names.MOVED_PIXELS), 0.0)
        for factors, off, values in zip(drawn.factors, drawn.off, drawn.normal, strict=True):
            posterior = model.encode(rooms.render(grid.index_of(factors)))
            normal = learn_normal(posterior, model.active)
            made = counterfactuals(normal, posterior, which, move=str(at["move"]))
            quality = judge_counterfactuals(model, normal, posterior, made)
            read = read_factors(quality.pictures)
            target = values.expand(protocol.odd, -1)
            changes = judge_factors(read, factors[which], off, target, grid, gradual=GRADUAL)
            for name, each in {
                names.VALID: quality.valid,
                names.PLAUSIBLE: quality.plausible,
                names.RESTORED: changes.restored,
                names.KEPT: changes.kept,
                names.KEPT_EXACTLY: changes.exactly_kept,
                names.MOVED_LATENTS: quality.latents,
                names.MOVED_SIGMAS: quality.sigmas,
                names.MOVED_PIXELS: quality.pixels,
            }.items():
                sums[name] += float(each.double().mean()) / self.batches
        for name, value in sums.items():
            yield Fact(name, value, self.batches * protocol.odd, at=at)
