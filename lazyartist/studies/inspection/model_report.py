"""One model in one table: whether it knows the images, what it follows, where it looks, what its units respond to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from lazyartist.activations import activations
from lazyartist.attribution.grad_cam import GradCam
from lazyartist.attribution.integrated_gradients import IntegratedGradients
from lazyartist.attribution.relevance_mass import REGIONS, pointing_game, regions, relevance_mass
from lazyartist.inference import BATCH, evaluating, outputs
from lazyartist.probes import accuracy, group_accuracy, recolour
from lazyartist.probes.unit_selectivity import KINDS, LEAST, unit_selectivity
from lazyartist.reporting.table import Table
from lazyartist.strategies.grayscale_erm import without_colour
from lazyartist.studies.inspection.subjects import (
    aligned_images,
    conflicting_images,
    has_foreground,
    layers_with_maps,
)


if TYPE_CHECKING:
    from torch import Tensor, nn

    from lazyartist.attribution.base import Map
    from lazyartist.data.images import Split
    from lazyartist.data.task import Task

SHOWN = 200  # images whose maps are made
UNIT_IMAGES = 1000  # images whose activations are taken
KNOWS = 0.5  # of the way from always naming the commonest class to being right always
NO_LAYERS = (
    "Grad-CAM and units, since it has no layers that put out maps, as an exported program has not: give its weights as "
    ".safetensors and name the network"
)

Lines = list[list[str]]


def model_report(model: nn.Module, task: Task, layer: str | None = None) -> Table:
    """Measure any network on images that agree with the bias and on images that do not, and look at its units.

    What the dataset or the model cannot do is left out, and the note says so.

    Args:
        model: images (B, C, H, W) in [0, 1] to logits of the task's classes.
        task: what to ask about; of its splits only easy and test images are used.
        layer: where Grad-CAM looks; None for the last layer that puts out maps.

    Raises:
        UnknownNameError: no layer has this name.
        ValueError: the model does not return one finite logit per class, or the layer puts out no maps.
        UnsupportedError: the images have no bias attribute.
    """
    bias = " and ".join(task.train.bias)
    lines, warning = _accuracies(model, task)
    missing = []
    if task.test.can_paint:
        lines += _cue_conflict(model, task, bias)
    else:
        missing.append(f"the {bias} of the same image changed, since {task.test.images!r} cannot be repainted")
    shown = conflicting_images(task).subset(slice(0, SHOWN))
    layers = layers_with_maps(model, shown.render(slice(0, 2)))
    chosen = layer or (list(layers)[-1] if layers else None)
    if not has_foreground(shown):
        missing.append(f"where maps lie, since {shown.images!r} does not say which pixels are the object")
    else:
        if chosen:
            lines += _maps(f"Grad-CAM at {chosen}", GradCam(layers.get(chosen, chosen)), model, shown)
        # on a black baseline a black background counts nothing, whatever the model does
        grey = round(float(shown.render(slice(None)).mean()), 3)
        lines += _maps(f"integrated gradients from grey {grey:g}", IntegratedGradients(16, grey), model, shown)
    if not layers:
        missing.append(NO_LAYERS)
    lines += _units(model, task.test.subset(slice(0, UNIT_IMAGES)), layers, bias)
    note = (
        f"Own {bias}: test images with their own class's {bias}; in grey: their strongest channel alone. Follows, "
        f"keeps: images with another class's {bias}, and so for the maps, which are of the predicted class: share of "
        "the positive part, mean over images, beside the share of the pixels. Units, on images whose "
        f"{bias} says nothing of the class: of which the {bias} (the class) explains more than {100 * LEAST:.0f} % of "
        "the variance, at the low end of a 95 % interval."
    )
    left_out = f" Left out: {'; '.join(missing)}." if missing else ""
    return Table(f"Report on {task.name}", ("what", "share", "of"), lines, warning + note + left_out)


def _accuracies(model: nn.Module, task: Task) -> tuple[Lines, str]:
    """Return how often it is right, and a warning if it does not know these images."""
    easy = accuracy(model, task.easy)
    lines = [["right on easy images", _percent(easy.value), f"{easy.n:,} images"]]
    own = aligned_images(task)
    if len(own):
        measured, bias = accuracy(model, own), " and ".join(task.train.bias)
        lines.append([f"right in the class's own {bias}", _percent(measured.value), f"{measured.n:,} images"])
        lines.append(["right in grey", _percent(_accuracy_in_grey(model, own)), f"{len(own):,} images"])
    groups = group_accuracy(model, task.test)
    lines.append(["right in the worst group", _percent(groups.worst), f"{int((groups.n > 0).sum())} groups"])
    chance = float(torch.bincount(task.easy.labels).max()) / len(task.easy)
    if easy.value > chance + KNOWS * (1 - chance):
        return lines, ""
    return lines, (
        f"Warning: it is right on {_percent(easy.value)} of the easy images, where naming the commonest class always "
        f"is right on {_percent(chance)}. It does not know these images, so that the rest says little of it: choose "
        "the dataset that it was trained on, in the same colours and in the same place. "
    )


def _accuracy_in_grey(model: nn.Module, split: Split) -> float:
    right = 0
    with evaluating(model), torch.no_grad():
        for start in range(0, len(split), BATCH):
            part = slice(start, start + BATCH)
            answers = outputs(model, without_colour(split.render(part)), split.classes).argmax(1)
            right += int((answers == split.labels[part]).sum())
    return right / len(split)


def _cue_conflict(model: nn.Module, task: Task, bias: str) -> Lines:
    proof = recolour(model, conflicting_images(task), own=task.own_attribute)
    of = f"{proof.answers:,} answers"
    return [[f"follows the {bias}", _percent(proof.follows), of], ["keeps the class", _percent(proof.stays), of]]


def _maps(title: str, method: Map, model: nn.Module, split: Split) -> Lines:
    masks = regions(split.foreground())
    maps = method(model, split.render(slice(None)), _predicted)
    relevance = relevance_mass(maps, masks)
    blank = int(relevance.blank.sum())
    of = f"{len(split)} images" + (f", {blank} of them blank" if blank else "")
    lines = []
    for region in REGIONS:
        area = _percent(float(relevance.area[region].mean()))
        lines.append([f"{title}: on the {region}", f"{_percent(relevance.mean(region))} ({area} of the pixels)", of])
    hits = float(pointing_game(maps, masks["stroke"]).float().mean())
    return [*lines, [f"{title}: highest point on the stroke", _percent(hits), of]]


def _units(model: nn.Module, split: Split, layers: dict[str, nn.Module], bias: str) -> Lines:
    words = {kind: f"for the {bias}" if kind == "attribute" else kind for kind in KINDS} | {"class": "for the class"}
    lines = []
    for name, layer in layers.items():
        counts = unit_selectivity(activations(model, layer, split), split.labels, split.attribute).counts
        cells = ", ".join(f"{counts[kind]} {words[kind]}" for kind in KINDS)
        lines.append([f"units of {name}", cells, f"{len(split)} images"])
    return lines


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _predicted(logits: Tensor) -> Tensor:
    return logits.amax(1)
