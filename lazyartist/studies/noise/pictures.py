"""The picture of the noise study: what the smallest noise looks like."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import torch

from matplotlib.figure import Figure

from lazyartist.reporting.figure import save
from lazyartist.studies import PICTURES
from lazyartist.studies.lazy import LAZY
from lazyartist.studies.noise.minimum_noise import find_minimum_noise, first_images, render_in, split_in


if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

    from numpy.typing import NDArray

    from lazyartist.studies.noise.noise import NoiseStudy
    from lazyartist.training.store import Store

    Picture = tuple[NDArray[np.float32], NDArray[np.float32], str]

LOUD = 10  # times the difference is shown
WHICH = 4  # of the source's images: an ordinary seven of MNIST
SHOWN = (LAZY, "erm", "second_opinion", "recoloured_reversal", "adversarial_training")  # a page has room for five


@PICTURES.register("noise")
def noise_pictures(study: NoiseStudy, store: Store, results: Path) -> list[Path]:
    """Draw one seven of the first seed with the smallest noise that makes some models sure of a 3; return the file."""
    runs = study.runs()
    if not {study.source, study.target} <= set(range(runs[0].task().test.classes)):
        return []
    path = results / "noise_pictures.svg"
    save(partial(adversaries_figure, _pictures(study, store)), path)
    return [path]


def _pictures(study: NoiseStudy, store: Store) -> Mapping[str, Picture]:
    runs = study.runs()
    first = (runs[0].dataset, runs[0].network, runs[0].seed)
    own = [run for run in runs if (run.dataset, run.network, run.seed) == first]
    pictures = {}
    for run in [run for run in own if run.strategy in SHOWN] or own:
        split = split_in(run.task(), "own")
        index = first_images(split, study.source, WHICH + 1)[-1:]
        images = render_in(split, index, "own")
        target = torch.full_like(index, study.target)
        noise = find_minimum_noise(run.train(store).model, images, split.labels[index], target)
        before, after = (x[0].permute(1, 2, 0).cpu().numpy() for x in (images, noise.images))
        size = float(noise.epsilon)
        pictures[run.strategy] = (before, after, f"ε = {size:.3f}" if size < 1 else "none found")
    return pictures


def adversaries_figure(pictures: Mapping[str, Picture]) -> Figure:
    """Show original, adversarial image, difference and ten times the difference: one line per model.

    Args:
        pictures: by the model's name, original and adversarial image, (H, W, 3) in [0, 1], and what to say of them.
    """
    columns = ("original", "with noise", "difference", f"difference × {LOUD}")
    figure = Figure(figsize=(1.5 * len(columns) + 2.2, 1.55 * len(pictures) + 0.3), layout="constrained")
    lines = figure.subplots(len(pictures), len(columns), squeeze=False)
    for line, (name, (before, after, words)) in zip(lines, pictures.items(), strict=True):
        change = after - before
        # no change is middle grey
        shown = (before, after, 0.5 + change / 2, (0.5 + LOUD * change / 2).clip(0, 1))
        for panel, image in zip(line, shown, strict=True):
            panel.imshow(image, interpolation="nearest")
            panel.set(xticks=[], yticks=[])
        line[0].set_ylabel(f"{name}\n{words}", rotation=0, ha="right", va="center", fontsize=8)
    for panel, title in zip(lines[0], columns, strict=True):
        panel.set_title(title, fontsize=9)
    return figure
