"""The picture of the noise study: what the smallest noise looks like."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import torch

from lazyartist.studies.noise.figures import adversaries
from lazyartist.studies.noise.minimum_noise import SOURCE, TARGET, fool, painted, shown


if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.figure import Figure

    from lazyartist.studies.base import Run
    from lazyartist.training.store import Store

WHICH = 4  # of the sevens: an ordinary one
SHOWN = (
    "lazy",
    "erm",
    "second_opinion",
    "recoloured_reversal",
    "adversarial_training",
)  # a page has room for five


def noise_pictures(runs: Sequence[Run], store: Store) -> Callable[[], Figure]:
    """Return how to draw one seven of the first seed with the smallest noise that makes some models sure of a 3."""
    first = (runs[0].dataset, runs[0].model, runs[0].seed)
    mine = [run for run in runs if (run.dataset, run.model, run.seed) == first]
    pictures = {}
    for run in [run for run in mine if run.strategy in SHOWN] or mine:
        test = run.task().hard["other"]
        index = shown(test, SOURCE, WHICH + 1)[-1:]
        images = painted(test, index, "aligned")
        found = fool(run.train(store).model, images, test.labels[index], torch.full_like(index, TARGET))
        before, after = (x[0].permute(1, 2, 0).numpy() for x in (images, found.images))
        size = float(found.sure)
        pictures[run.strategy] = (before, after, f"ε = {size:.3f}" if size < 1 else "none found")
    return partial(adversaries, pictures)
