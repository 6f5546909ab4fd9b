"""The pictures of units: what those of each layer like best, and which of them stand for most things."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from torch import Tensor, nn

from lazyartist.probes.top_images import percentile, top_images
from lazyartist.probes.polysemanticity import measure_polysemanticity
from lazyartist.visualise import Channel, Visualise
from lazyartist.reporting.figures import save
from lazyartist.studies.inspection.figures import Unit, polysemantic_figure, scans_figure
from lazyartist.activations import activations


if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np

    from numpy.typing import NDArray

    from lazyartist.data.coloured import ColouredImages
    from lazyartist.data.task import Task

UNITS = 64  # of a layer
SEVERAL = 4  # of the most polysemantic ones
LEAK = 0.1  # of what stands before a ReLU, so that it says something where it is silent
ASKED = 2000  # real images among which a unit's top ones are looked for


@dataclass(frozen=True, eq=False)
class Scan:
    """The first units of a layer.

    Attributes:
        images: (U, 3, H, W) in [0, 1], what each likes best.
        percentiles: (U,) in [0, 100], the share of real images that excite the unit no more than that.
        activity: (N, U), how much each real image excites each.
    """

    images: Tensor
    percentiles: Tensor
    activity: Tensor


def draw_units(
    models: Mapping[str, tuple[Task, nn.Module]], layers: Sequence[str], about: str, results: Path
) -> list[Path]:
    """Draw the units of each layer, and those of the last one that stand for most things; return the files.

    Args:
        models: by name, all of one network, each with the data it was trained on.
        layers: dotted names, in the order of the network.
        about: what the captions begin with.
        results: the folder.
    """
    asked = {name: task.hard["uniform"].subset(slice(0, ASKED)) for name, (task, _) in models.items()}
    written = []
    for layer in layers:
        scans = {name: scan(model, layer, asked[name]) for name, (_, model) in models.items()}
        written.append(results / f"probes_units_{layer}.jpg")
        _draw_scans(scans, f"{about}: {layer}", written[-1])
    several = {name: _most_polysemantic(scans[name], asked[name]) for name in models}
    words = (
        f"{about}: the units of {layers[-1]} that stand for most things. Left what a unit likes best, right its top "
        f"nine of {ASKED:,} images."
    )
    written.append(results / "probes_polysemantic.png")
    save(lambda: polysemantic_figure(several, words), written[-1])
    return written


def scan(model: nn.Module, layer: str, data: ColouredImages) -> Scan:
    """Visualise up to `UNITS` units of a layer in one batch, and excite them with real images.

    What excites a unit is its mean over all places, and a `LEAK` of that from before its ReLU. Behind the ReLU alone,
    a unit that is silent on grey shows no way to wake it. Before it alone, the first layer's mean is linear in the
    image: what looks for edges would like plain black or white.
    """
    before = _before_relu(model, layer)
    found = activations(model, layer, data)[:, :UNITS]
    units = torch.arange(found.shape[1])
    seen = Visualise()(model, Channel(layer, units) + LEAK * Channel(before, units))
    excited = found + LEAK * activations(model, before, data)[:, :UNITS]
    return Scan(seen.images, percentile(seen.activation, excited), found)


def pictures(images: Tensor) -> NDArray[np.float32]:
    """Return images (N, C, H, W) as figures take them, (N, H, W, C)."""
    found: NDArray[np.float32] = images.permute(0, 2, 3, 1).numpy()
    return found


def _draw_scans(scans: Mapping[str, Scan], about: str, path: Path) -> None:
    reached = torch.cat([one.percentiles for one in scans.values()])
    above = 100 * float((reached >= 100).float().mean())
    words = (
        f"{about}, the pictures that its first {len(reached) // len(scans)} units like best; below without colour, "
        f"each stretched from black to white, a flat one grey.\n{above:.0f} % of them excite their unit at least as "
        f"much as every one of {ASKED:,} real images."
    )
    seen = {name: pictures(one.images) for name, one in scans.items()}
    save(lambda: scans_figure(seen, words), path)


def _most_polysemantic(seen: Scan, data: ColouredImages) -> list[Unit]:
    found = measure_polysemanticity(seen.activity, data.labels, data.attribute)
    # first by clusters; among equals, by how mixed classes and attribute values are
    order = (100 * found.clusters + found.classes + found.attributes).argsort(descending=True)[:SEVERAL]
    tops, liked = top_images(seen.activity), pictures(seen.images)
    return [
        Unit(liked[u], pictures(data.render(tops[u])), f"unit {u}: {_groups(int(found.clusters[u]))}")
        for u in order.tolist()
    ]


def _before_relu(model: nn.Module, layer: str) -> str:
    """The part of a layer just before the ReLU that it ends with; the layer itself if it ends otherwise."""
    block = model.get_submodule(layer)
    children = list(block.named_children())
    if isinstance(block, nn.Sequential) and len(children) > 1 and isinstance(children[-1][1], nn.ReLU):
        return f"{layer}.{children[-2][0]}"
    return layer


def _groups(number: int) -> str:
    return f"{number} group{'' if number == 1 else 's'}"
