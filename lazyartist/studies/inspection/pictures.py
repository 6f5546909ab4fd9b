"""The pictures of the probes: what units and logits like best, and where models look, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from torch import nn

from lazyartist.inference import evaluating
from lazyartist.attribution.grad_cam import GradCam
from lazyartist.attribution.layer import map_layers
from lazyartist.attribution.postprocess import positive, upsample
from lazyartist.visualise import Logit, Visualise
from lazyartist.reporting.figures import save
from lazyartist.studies.inspection.figures import Look, logits_figure, looks_figure
from lazyartist.studies.inspection.unit_pictures import draw_units, pictures


if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import Tensor

    from lazyartist.data.task import Task

    Models = Mapping[str, tuple[Task, nn.Module]]

DIGIT = 7  # painted in ten colours: a class that nobody mistakes


def draw(models: Models, results: Path, case: tuple[str, str, int]) -> list[Path]:
    """Draw everything for models by name, each with the data it was trained on; return the files.

    Args:
        models: what to show, in the order of the figures; all of one network.
        results: the folder.
        case: dataset, network and seed, for the captions.
    """
    dataset, network, seed = case
    about = f"{dataset}, {network}, seed {seed}"
    task, first = next(iter(models.values()))
    layers = map_layers(first, task.easy.render(slice(0, 2)))
    logits, maps = results / "probes_logits.png", results / "probes_maps.png"
    _draw_logits(models, task, about, logits)
    _draw_looks(models, task, layers[-1], about, maps)
    return [logits, *draw_units(models, layers, about, results), maps]


def _draw_logits(models: Models, task: Task, about: str, path: Path) -> None:
    classes = Logit(torch.arange(task.train.classes))
    liked = {name: pictures(Visualise()(model, classes).images) for name, (_, model) in models.items()}
    words = f"{about}: the picture that each class's logit likes best"
    save(lambda: logits_figure(liked, task.train.palette.colours, words), path)


def _draw_looks(models: Models, task: Task, layer: str, about: str, path: Path) -> None:
    images, titles = _shown(task)
    looks = {name: _look(model, images, layer) for name, (_, model) in _beside(models).items()}
    words = (
        f"{about}: Grad-CAM at {layer} for the answer, positive part, one scale a model. The first two are the same "
        f"0, the others one {DIGIT}."
    )
    save(lambda: looks_figure(pictures(images), titles, looks, words), path)


def _shown(task: Task) -> tuple[Tensor, list[str]]:
    """A 0 in red and in green, and one digit in ten colours."""
    data, words = task.hard["other"], task.train.palette.words
    zero, digit = (int((data.labels == label).nonzero()[0, 0]) for label in (0, DIGIT))
    index = torch.tensor([zero] * 2 + [digit] * data.classes)
    colours = torch.cat([torch.tensor([0, 1]), torch.arange(data.classes)])
    return data.render(index, colours), [words[colour] for colour in colours.tolist()]


def _look(model: nn.Module, images: Tensor, layer: str) -> Look:
    with evaluating(model), torch.no_grad():
        says = model(images).argmax(1)
    maps = positive(GradCam(layer)(model, images, says))
    return Look(upsample(maps, (images.shape[2], images.shape[3])).numpy(), says.tolist())


def _beside(models: Models) -> Models:
    """The lazy model, the cure, and last the control."""
    shown = [name for name in models if not name.startswith("lazy:")]
    return {name: models[name] for name in sorted(shown, key=lambda name: name == "grayscale_erm")}
