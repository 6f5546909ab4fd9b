"""One model in one table: what it follows, where it looks, what its units see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazyartist.probes import recolour
from lazyartist.attribution.grad_cam import GradCam
from lazyartist.attribution.integrated_gradients import IntegratedGradients
from lazyartist.attribution.layer import map_layers
from lazyartist.probes.unit_selectivity import KINDS, LEAST, unit_selectivity
from lazyartist.attribution.relevance_mass import REGIONS, pointing_game, regions, relevance_mass
from lazyartist.reporting.table import Table
from lazyartist.activations import activations


if TYPE_CHECKING:
    from torch import Tensor, nn

    from lazyartist.data.coloured import ColouredImages
    from lazyartist.data.task import Task
    from lazyartist.attribution.base import Map

LOOKED_AT = 200  # images whose maps are made
ASKED = 1000  # images whose activations are taken
LAYERLESS = (
    " It has no layers that put out maps, as an exported program has not: for Grad-CAM and units, give its weights as "
    ".safetensors and name the network."
)


def portrait(model: nn.Module, task: Task, layer: str | None = None) -> Table:
    """Measure any network on images in another class's colour, and its units on colours that say nothing.

    Args:
        model: images (B, 3, H, W) in [0, 1] to logits of the task's classes.
        task: what to ask about; only its test images are used.
        layer: where Grad-CAM looks; None for the last layer that puts out maps.

    Raises:
        UnknownNameError: no layer has this name.
        ValueError: the model does not return one logit a class, or the layer puts out no maps.
    """
    other, uniform = task.hard["other"], task.hard["uniform"].subset(slice(0, ASKED))
    proof = recolour(model, other)
    asked = f"{proof.n * other.classes * (other.classes - 1):,} answers"
    rows = [
        ["follows the colour", f"{100 * proof.follows:.1f} %", asked],
        ["stays with the shape", f"{100 * proof.stays:.1f} %", asked],
    ]
    seen = other.subset(slice(0, LOOKED_AT))
    layers = map_layers(model, seen.render(slice(0, 2)))
    chosen = layer or (layers[-1] if layers else None)
    if chosen:
        rows += _looks(f"Grad-CAM at {chosen}", GradCam(chosen), model, seen)
    rows += _looks("integrated gradients", IntegratedGradients(steps=16), model, seen)
    for name in layers:
        found = unit_selectivity(activations(model, name, uniform), uniform.labels, uniform.attribute)
        cells = ", ".join(f"{found.counts[kind]} {kind}" for kind in KINDS)
        rows.append([f"units of {name}", cells, f"{len(uniform)} images"])
    note = (
        "Images wear another class's colour. Maps: for the predicted class; share of the positive part, mean over "
        "images, beside the share of the pixels. Units, on colours that say nothing of the class: of which colour "
        f"(shape) explains more than {100 * LEAST:.0f} % of the variance, at the low end of a 95 % interval."
    )
    if not layers:
        note += LAYERLESS
    return Table(f"Portrait on {task.name}", ("what", "share", "of"), rows, note)


def _looks(title: str, method: Map, model: nn.Module, data: ColouredImages) -> list[list[str]]:
    masks = regions(data.foreground())
    maps = method(model, data.render(slice(None)), _predicted)
    found = relevance_mass(maps, masks)
    blank = int(found.blank.sum())
    of = f"{len(data)} images" + (f", {blank} of them blank" if blank else "")
    rows = [
        [f"{title}: on the {name}", f"{100 * found.mean(name):.1f} % ({_percent(found.area[name])} of the pixels)", of]
        for name in REGIONS
    ]
    return [*rows, [f"{title}: highest point on the stroke", _percent(pointing_game(maps, masks["stroke"]).float()), of]]


def _percent(shares: Tensor) -> str:
    return f"{100 * float(shares.mean()):.1f} %"


def _predicted(logits: Tensor) -> Tensor:
    return logits.amax(1)
