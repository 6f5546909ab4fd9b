"""The pictures of units: what those of each layer like best, and which of them stand for most things."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from torch import Tensor, nn

from lazyartist.activations import activations
from lazyartist.probes.polysemanticity import measure_polysemanticity
from lazyartist.probes.top_images import percentile, top_images
from lazyartist.reporting.figure import save
from lazyartist.studies.inspection.picture_figures import UnitPictures, polysemantic_figure, units_figure
from lazyartist.visualise import Channel, Visualise


if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np

    from numpy.typing import NDArray

    from lazyartist.data.images import Split
    from lazyartist.data.task import Task

UNITS = 64  # of a layer
SEVERAL = 4  # of the most polysemantic ones
LEAK = 0.1  # of what stands before a ReLU, so that it says something where it is silent
TOP_OF = 2000  # real images among which a unit's top ones are looked for
LIKES = Visualise()

Layers = dict[str, nn.Module]


@dataclass(frozen=True, eq=False)
class LayerPictures:
    """The first units of a layer.

    Attributes:
        images: (U, 3, H, W) in [0, 1], what each likes best.
        percentiles: (U,) in [0, 100], the share of real images that activate the unit no more than that.
        activations: (N, U), how much each real image activates each.
    """

    images: Tensor
    percentiles: Tensor
    activations: Tensor


def draw_units(
    models: Mapping[str, tuple[Task, nn.Module, Layers]],
    about: str,
    results: Path,
    *,
    likes: Visualise = LIKES,
    top_of: int = TOP_OF,
) -> list[Path]:
    """Draw the units of each layer, and those of the last one that stand for most things; return the files.

    Args:
        models: by name, all of one network, each with the data it was trained on and its layers that put out maps.
        about: what the captions begin with.
        results: the folder.
        likes: how pictures are made.
        top_of: how many real images there are.
    """
    splits = {name: task.test.subset(slice(0, top_of)) for name, (task, _, _) in models.items()}
    names = list(next(layers for _, _, layers in models.values()))
    written = []
    for layer in names:
        drawn = {
            name: layer_pictures(model, layers[layer], splits[name], likes)
            for name, (_, model, layers) in models.items()
        }
        written.append(results / f"probes_units_{layer}.jpg")
        _draw_layer(drawn, f"{about}: {layer}", top_of, written[-1])
    if not names:
        return written
    several = {name: _most_polysemantic(drawn[name], splits[name]) for name in models}
    words = (
        f"{about}: the units of {names[-1]} that stand for most things. Left what a unit likes best, right its top "
        f"nine of {top_of:,} images."
    )
    written.append(results / "probes_polysemantic.png")
    save(lambda: polysemantic_figure(several, words), written[-1])
    return written


def layer_pictures(
    model: nn.Module, layer: nn.Module, split: Split, likes: Visualise = LIKES, most: int = UNITS
) -> LayerPictures:
    """Visualise up to `most` units of a layer in one batch, and activate them with real images.

    What activates a unit is its mean over all positions, and a `LEAK` of that from before its ReLU. Behind the ReLU
    alone, a unit that is silent on grey shows no way to wake it. Before it alone, the first layer's mean is linear in
    the image: what looks for edges would like plain black or white.
    """
    before = _before_relu(layer)
    after = activations(model, layer, split)[:, :most]
    units = torch.arange(after.shape[1])
    liked = likes(model, Channel(layer, units) + LEAK * Channel(before, units))
    real = after + LEAK * activations(model, before, split)[:, :most]
    return LayerPictures(liked.images, percentile(liked.activation, real), after)


def as_pictures(images: Tensor) -> NDArray[np.float32]:
    """Return images (N, C, H, W) as figures take them, (N, H, W, C)."""
    pictures: NDArray[np.float32] = images.permute(0, 2, 3, 1).cpu().numpy()
    return pictures


def _draw_layer(drawn: Mapping[str, LayerPictures], about: str, top_of: int, path: Path) -> None:
    reached = torch.cat([one.percentiles for one in drawn.values()])
    above = 100 * float((reached >= 100).float().mean())
    words = (
        f"{about}, the pictures that its first {len(reached) // len(drawn)} units like best; below without colour, "
        f"each stretched from black to white, a flat one grey.\n{above:.0f} % of them activate their unit at least as "
        f"much as every one of {top_of:,} real images."
    )
    liked = {name: as_pictures(one.images) for name, one in drawn.items()}
    save(lambda: units_figure(liked, words), path)


def _most_polysemantic(drawn: LayerPictures, split: Split) -> Sequence[UnitPictures]:
    several = measure_polysemanticity(drawn.activations, split.labels, split.attribute)
    # first by groups; among equals, by how mixed classes and attributes are
    order = (100 * several.clusters + several.classes + several.attributes).argsort(descending=True)[:SEVERAL]
    tops, liked = top_images(drawn.activations), as_pictures(drawn.images)
    return [
        UnitPictures(
            liked[unit], as_pictures(split.render(tops[unit])), f"unit {unit}: {_groups(int(several.clusters[unit]))}"
        )
        for unit in order.tolist()
    ]


def _before_relu(layer: nn.Module) -> nn.Module:
    """The part of a layer just before the ReLU that it ends with; the layer itself if it ends otherwise."""
    parts = list(layer.children())
    if isinstance(layer, nn.Sequential) and len(parts) > 1 and isinstance(parts[-1], nn.ReLU):
        return parts[-2]
    return layer


def _groups(number: int) -> str:
    return f"{number} group{'' if number == 1 else 's'}"
