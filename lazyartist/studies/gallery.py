"""The pictures of the probes: what units and logits like best, and where models look, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from torch import nn

from lazyartist.inference import evaluating
from lazyartist.probes.activity import percentile, top_images
from lazyartist.probes.maps.grad_cam import GradCam
from lazyartist.probes.maps.layer import map_layers
from lazyartist.probes.maps.show import positive, upsample
from lazyartist.probes.polysemantic import polysemantic
from lazyartist.probes.visualise import Channel, Logit, Visualise
from lazyartist.reporting.figures import save
from lazyartist.reporting.probe_figures import (
    Look,
    Unit,
    logits_figure,
    looks_figure,
    polysemantic_figure,
    scans_figure,
)
from lazyartist.vectors import vectors_of


if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np

    from numpy.typing import NDArray
    from torch import Tensor

    from lazyartist.data.task import Task

    Models = Mapping[str, tuple[Task, nn.Module]]

UNITS = 64  # of a layer
SEVERAL = 4  # of the most polysemantic ones
ASKED = 2000  # real images among which a unit's top ones are looked for
DIGIT = 7  # painted in ten colours: a class that nobody mistakes


def draw(models: Models, results: Path, case: tuple[str, str, int]) -> list[Path]:
    """Draw everything for models by name, each with the data it was trained on; return the files.

    Args:
        models: what to show, in the order of the figures.
        results: the folder.
        case: dataset, network and seed, for the captions.
    """
    dataset, network, seed = case
    about = f"{dataset}, {network}, seed {seed}"
    task = next(iter(models.values()))[0]
    paths = {name: results / f"probes_{name}.png" for name in ("logits", "maps", "polysemantic")}
    paths["units"] = results / "probes_units.jpg"
    liked = {name: _pictures(Visualise()(model, _logits(task)).images) for name, (_, model) in models.items()}
    palette, words = task.train.palette.colours, f"{about}: the picture that each class's logit likes best"
    save(lambda: logits_figure(liked, palette, words), paths["logits"])

    layer = {name: map_layers(model, task.easy.render(slice(0, 2)))[-1] for name, (_, model) in models.items()}
    scans, several, reached = {}, {}, []
    for name, (_, model) in models.items():
        data = task.hard["uniform"].subset(slice(0, ASKED))
        found = vectors_of(model, layer[name], data)
        inside = _before_relu(model, layer[name])
        seen = Visualise()(model, Channel(inside, torch.arange(min(UNITS, found.shape[1]))))
        scans[name] = _pictures(seen.images)
        reached.append(percentile(seen.reached, vectors_of(model, inside, data)[:, : len(seen.images)]))
        many = polysemantic(found, data.labels, data.colours)
        # first by groups; among equals, by how mixed classes and colours are
        order = (100 * many.groups + many.classes + many.colours)[: len(seen.images)].argsort(descending=True)
        top = top_images(found)
        several[name] = [
            Unit(scans[name][u], _pictures(data.render(top[u])), f"unit {u}: {_groups(int(many.groups[u]))}")
            for u in order[:SEVERAL].tolist()
        ]
    above = 100 * float((torch.cat(reached) >= 100).float().mean())
    places = " and ".join(dict.fromkeys(layer.values()))
    words = (
        f"{about}: the pictures that {UNITS} units of {places} like best; below without colour, each stretched from "
        f"black to white.\n{above:.0f} % of them excite their unit at least as much as every one of {ASKED:,} real "
        "images."
    )
    save(lambda: scans_figure(scans, words), paths["units"])
    of = f"{about}: the units of {places} that stand for most things. Left what a unit likes best, right its top nine"
    save(lambda: polysemantic_figure(several, f"{of} of {ASKED:,} images."), paths["polysemantic"])

    images, titles = _shown(task)
    looks = {name: _look(model, images, layer[name]) for name, (_, model) in _beside(models).items()}
    words = (
        f"{about}: Grad-CAM at {places} for the answer, positive part, one scale a model. The first two are the same "
        f"0, the others one {DIGIT}."
    )
    save(lambda: looks_figure(_pictures(images), titles, looks, words), paths["maps"])
    return list(paths.values())


def _before_relu(model: nn.Module, layer: str) -> str:
    """What a layer puts out before its ReLU: behind one, a unit that is silent on grey shows no way to wake it."""
    block = model.get_submodule(layer)
    children = list(block.named_children())
    if isinstance(block, nn.Sequential) and len(children) > 1 and isinstance(children[-1][1], nn.ReLU):
        return f"{layer}.{children[-2][0]}"
    return layer


def _logits(task: Task) -> Logit:
    return Logit(torch.arange(task.train.classes))


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
    return {name: models[name] for name in sorted(shown, key=lambda name: name == "control")}


def _groups(number: int) -> str:
    return f"{number} group{'' if number == 1 else 's'}"


def _pictures(images: Tensor) -> NDArray[np.float32]:
    pictures: NDArray[np.float32] = images.permute(0, 2, 3, 1).numpy()
    return pictures
