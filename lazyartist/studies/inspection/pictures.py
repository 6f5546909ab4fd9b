"""The pictures of the probes: what units and logits like best, and where models look, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import torch

from torch import nn

from lazyartist.attribution.grad_cam import GradCam
from lazyartist.attribution.postprocess import positive, upsample
from lazyartist.data.coloured import ColouredImages
from lazyartist.inference import evaluating
from lazyartist.reporting.figure import save
from lazyartist.studies import PICTURES
from lazyartist.studies.inspection.metrics import FULLY_BIASED, ORDER, model_name
from lazyartist.studies.inspection.picture_figures import MapPictures, logits_figure, maps_figure
from lazyartist.studies.inspection.subjects import as_trained, conflicting_images, layers_with_maps
from lazyartist.studies.inspection.unit_pictures import LIKES, TOP_OF, Layers, as_pictures, draw_units
from lazyartist.studies.lazy import CONTROL
from lazyartist.visualise import Logit, Visualise


if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from lazyartist.data.palettes import Palette
    from lazyartist.data.task import Task
    from lazyartist.studies.inspection.probes import ProbesStudy
    from lazyartist.training.store import Store

Models = Mapping[str, tuple["Task", nn.Module, Layers]]

DIGIT = 7  # painted in every colour: a class that nobody mistakes


@PICTURES.register("probes")
def probes_pictures(
    study: ProbesStudy, store: Store, results: Path, *, likes: Visualise = LIKES, top_of: int = TOP_OF
) -> list[Path]:
    """Draw lazy, fully biased, control and one cure of the first dataset's first seed; return the files.

    Maps and logits are drawn of painted images only: their captions are colours.

    Args:
        study: whose models.
        store: where they are.
        results: the folder.
        likes: how pictures of units are made.
        top_of: how many real images a unit's top ones are looked for among.
    """
    runs = study.runs()
    first = runs[0]
    case = (first.dataset, first.network, first.seed)
    named = {model_name(run.at()): run for run in runs if (run.dataset, run.network, run.seed) == case}
    shown = [name for name in ORDER if name in named] + [name for name in named if name not in ORDER][:1]
    models = {}
    for name in shown:
        task, model = named[name].task(), as_trained(named[name], named[name].train(store).model)
        models[name] = (task, model, layers_with_maps(model, task.easy.render(slice(0, 2))))
    about = f"{first.dataset}, {first.network}, seed {first.seed}"
    size = first.task().easy.render(slice(0, 1)).shape[2:]
    likes = replace(likes, size=(size[0], size[1]))
    written = draw_units(models, about, results, likes=likes, top_of=top_of)
    family = first.task().train.images
    if isinstance(family, ColouredImages):
        logits, maps = results / "probes_logits.png", results / "probes_maps.png"
        _draw_logits(models, family.palette, about, logits, likes)
        _draw_maps(models, family.palette, about, maps)
        written += [logits, maps]
    return written


def _draw_logits(models: Models, palette: Palette, about: str, path: Path, likes: Visualise) -> None:
    classes = Logit(torch.arange(len(palette.colours)))
    liked = {name: as_pictures(likes(model, classes).images) for name, (_, model, _) in models.items()}
    words = f"{about}: the picture that each class's logit likes best"
    save(lambda: logits_figure(liked, palette.colours, words), path)


def _draw_maps(models: Models, palette: Palette, about: str, path: Path) -> None:
    beside = _beside(models)
    task, _, layers = next(iter(models.values()))
    if not layers:
        return
    layer = list(layers)[-1]
    images, titles, digit = _painted(task, palette)
    maps = {name: _maps(model, images, own[layer]) for name, (_, model, own) in beside.items()}
    words = (
        f"{about}: Grad-CAM at {layer} for the answer, positive part, one scale per model. The first two are the same "
        f"0, the others one {digit}."
    )
    save(lambda: maps_figure(as_pictures(images), titles, maps, words), path)


def _painted(task: Task, palette: Palette) -> tuple[Tensor, list[str], int]:
    """A 0 in the first two colours, and one digit in every colour."""
    split = conflicting_images(task)
    label = min(DIGIT, split.classes - 1)
    zero, digit = (int((split.labels == one).nonzero()[0, 0]) for one in (0, label))
    index = torch.tensor([zero] * 2 + [digit] * split.attributes)
    colours = torch.cat([torch.tensor([0, 1]), torch.arange(split.attributes)])
    return split.render(index, colours), [palette.words[colour] for colour in colours.tolist()], label


def _maps(model: nn.Module, images: Tensor, layer: nn.Module) -> MapPictures:
    with evaluating(model), torch.no_grad():
        answers = model(images).argmax(1)
    maps = positive(GradCam(layer)(model, images, answers))
    return MapPictures(upsample(maps, (images.shape[2], images.shape[3])).float().cpu().numpy(), answers.tolist())


def _beside(models: Models) -> Models:
    """The lazy model, the cure, and last the control."""
    shown = [name for name in models if name != FULLY_BIASED]
    return {name: models[name] for name in sorted(shown, key=lambda name: name == CONTROL)}
