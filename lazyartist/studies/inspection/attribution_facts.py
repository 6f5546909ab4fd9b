"""Where a model looks, as facts: on images in their own colour, and on the same images in another's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from lazyartist.inference import evaluating
from lazyartist.attribution.insertion_deletion import deletion, insertion
from lazyartist.attribution.grad_cam import GradCam
from lazyartist.attribution.layer_cam import LayerCam
from lazyartist.attribution.saliency import Saliency
from lazyartist.attribution.road import remove_and_debias
from lazyartist.attribution.randomisation import randomise_layers, spearman
from lazyartist.attribution.relevance_mass import REGIONS, pointing_game, regions, relevance_mass
from lazyartist.seeding import seed_from
from lazyartist.studies.base import Fact


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor, nn

    from lazyartist.data.coloured import ColouredImages
    from lazyartist.attribution.base import Map

LOOKED_AT = 500  # images whose maps are made
JUDGED = 100  # of them, for what asks the model dozens of times about each


def looks(model: nn.Module, conflicting: ColouredImages, layers: Sequence[str]) -> Iterator[Fact]:
    """Yield where maps for the predicted class lie, whether they move with the colour, and whether they are faithful.

    Args:
        model: images to logits.
        conflicting: images in other classes' colours; asked about in their own as well.
        layers: those that put out maps, in the order of the network.
    """
    data = conflicting.subset(slice(0, LOOKED_AT))
    masks = regions(data.foreground())
    yield from (Fact(f"pixels_{name}", float(masks[name].float().mean()), len(data), "") for name in REGIONS)
    images = {"conflicting": data.render(slice(None)), "aligned": data.render(slice(None), data.labels)}
    with evaluating(model), torch.no_grad():
        said = {kind: model(x).argmax(1) for kind, x in images.items()}
    moved = said["aligned"] != said["conflicting"]
    yield Fact("answer_changes", float(moved.float().mean()), len(data), "")
    # the first layer's map is as fine as the image, the last layer's is the one that people look at
    few = slice(0, JUDGED)
    judged = images["conflicting"][few], said["conflicting"][few]
    ways: dict[str, Map] = {"grad_cam": GradCam(layers[-1]), "layer_cam": LayerCam(layers[0]), "saliency": Saliency()}
    for way, method in ways.items():
        maps = {kind: method(model, x, said[kind]) for kind, x in images.items()}
        for kind, found in maps.items():
            yield from _places(f"{way}_{kind}", found, masks)
        alike = spearman(maps["aligned"], maps["conflicting"])
        yield Fact(f"{way}_stays", float(alike.mean()), len(data), "")
        if bool(moved.any()):
            yield Fact(f"{way}_stays_where_answer_changes", float(alike[moved].mean()), int(moved.sum()), "")
        yield from _faithful(way, model, *judged, maps["conflicting"][few])
        yield _sane(way, model, *judged, method)
    yield from _faithful("random", model, *judged, _random(masks["stroke"][few].shape))


def _places(title: str, maps: Tensor, masks: dict[str, Tensor]) -> Iterator[Fact]:
    found = relevance_mass(maps, masks)
    seen = int((~found.blank).sum())
    yield Fact(f"{title}_blank", float(found.blank.float().mean()), len(maps), "")
    if seen:
        yield from (Fact(f"{title}_{name}", found.mean(name), seen, "") for name in REGIONS)
    yield Fact(f"{title}_points_at_stroke", float(pointing_game(maps, masks["stroke"]).float().mean()), len(maps), "")


def _faithful(way: str, model: nn.Module, images: Tensor, target: Tensor, maps: Tensor) -> Iterator[Fact]:
    n = len(images)
    yield Fact(f"{way}_insertion", float(insertion(model, images, maps, target).area.mean()), n, "")
    yield Fact(f"{way}_deletion", float(deletion(model, images, maps, target).area.mean()), n, "")
    yield Fact(f"{way}_road", float(remove_and_debias(model, images, maps, target).score.mean()), n, "")


def _sane(way: str, model: nn.Module, images: Tensor, target: Tensor, method: Map) -> Fact:
    """How alike the map is to that of a network whose layers were all drawn anew; the way there is in the detail."""
    found = randomise_layers(model, images, target, method).correlation.mean(1)
    return Fact(f"{way}_sanity", float(found[-1]), len(images), "", [round(float(c), 4) for c in found])


def _random(shape: torch.Size) -> Tensor:
    """Maps that know nothing: what every score is measured against."""
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed_from("random maps")))
