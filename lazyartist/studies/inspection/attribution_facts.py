"""Where a model looks, as facts: on images with their own class's attribute value, and with another's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from lazyartist.attribution.grad_cam import GradCam
from lazyartist.attribution.insertion_deletion import deletion, insertion
from lazyartist.attribution.layer_cam import LayerCam
from lazyartist.attribution.postprocess import blank, positive
from lazyartist.attribution.randomisation import randomise_layers, spearman
from lazyartist.attribution.relevance_mass import pointing_game, regions, relevance_mass
from lazyartist.attribution.road import remove_and_debias
from lazyartist.attribution.saliency import Saliency
from lazyartist.inference import evaluating
from lazyartist.seeding import seed_from
from lazyartist.studies.base import Fact
from lazyartist.studies.inspection.metrics import IMAGES, RANDOM_MAP, REGIONS
from lazyartist.studies.inspection.subjects import aligned_images, conflicting_images, has_foreground


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from torch import Tensor, nn

    from lazyartist.attribution.base import Map
    from lazyartist.data.task import Task

ALIGNED, CONFLICTING = IMAGES


def attribution_facts(
    model: nn.Module, task: Task, layers: Mapping[str, nn.Module], *, images: int, judged: int
) -> Iterator[Fact]:
    """Yield where maps for the predicted class lie, if they move with the attribute, and if they are faithful.

    Args:
        model: images to logits.
        task: whose test images are shown.
        layers: those that put out maps, in the order of the network; without any, there is saliency alone.
        images: how many are shown.
        judged: how many of them are asked about dozens of times each.
    """
    splits = {ALIGNED: aligned_images(task), CONFLICTING: conflicting_images(task)}
    splits = {kind: split.subset(slice(0, images)) for kind, split in splits.items()}
    known = has_foreground(task.test)
    masks = {kind: regions(split.foreground()) for kind, split in splits.items()} if known else {}
    shown = {kind: split.render(slice(None)) for kind, split in splits.items()}
    n = len(splits[CONFLICTING])
    if known:
        areas = masks[CONFLICTING]
        yield from (Fact("pixels", float(areas[r].float().mean()), n, at={"region": r}) for r in REGIONS)
    with evaluating(model), torch.no_grad():
        answers = {kind: model(x).argmax(1) for kind, x in shown.items()}
    # only the same image in two paints says what the attribute alone does
    changed = answers[ALIGNED] != answers[CONFLICTING] if splits[CONFLICTING].can_paint else None
    if changed is not None:
        yield Fact("answer_changes", float(changed.float().mean()), n)
    few = slice(0, judged)
    asked = shown[CONFLICTING][few], answers[CONFLICTING][few]
    for name, method in _methods(layers).items():
        maps = {kind: method(model, x, answers[kind]) for kind, x in shown.items()}
        for kind, own in maps.items():
            yield from _relevance(own, masks.get(kind), {"map": name, "images": kind})
        if changed is not None:
            alike = spearman(maps[ALIGNED], maps[CONFLICTING])
            yield Fact("map_stays", float(alike.mean()), n, at={"map": name})
            if bool(changed.any()):
                stays = float(alike[changed].mean())
                yield Fact("map_stays_where_answer_changes", stays, int(changed.sum()), at={"map": name})
        at = {"map": name, "images": CONFLICTING}
        yield from _faithfulness(model, *asked, maps[CONFLICTING][few], at)
        # the rank correlation after each layer is in the detail; the value is that with all layers drawn anew
        random = randomise_layers(model, *asked, method).correlation.mean(1)
        yield Fact("randomisation", float(random[-1]), len(asked[0]), "", [round(float(c), 4) for c in random], at)
    baseline = _random_maps((len(asked[0]), *shown[CONFLICTING].shape[2:]))
    yield from _faithfulness(model, *asked, baseline, {"map": RANDOM_MAP, "images": CONFLICTING})


def _methods(layers: Mapping[str, nn.Module]) -> dict[str, Map]:
    """The first layer's map is as fine as the image, the last layer's is the one that people look at."""
    modules = list(layers.values())
    of_layers: dict[str, Map] = {"grad_cam": GradCam(modules[-1]), "layer_cam": LayerCam(modules[0])} if modules else {}
    return {**of_layers, "saliency": Saliency()}


def _relevance(maps: Tensor, masks: dict[str, Tensor] | None, at: dict[str, str]) -> Iterator[Fact]:
    yield Fact("blank", float(blank(positive(maps)).float().mean()), len(maps), at=at)
    if masks is None:
        return
    relevance = relevance_mass(maps, masks)
    seen = int((~relevance.blank).sum())
    if seen:
        yield from (Fact("relevance_mass", relevance.mean(r), seen, at={**at, "region": r}) for r in REGIONS)
    hits = pointing_game(maps, masks["stroke"])
    yield Fact("pointing_game", float(hits.float().mean()), len(maps), at={**at, "region": "stroke"})


def _faithfulness(model: nn.Module, images: Tensor, target: Tensor, maps: Tensor, at: dict[str, str]) -> Iterator[Fact]:
    n = len(images)
    yield Fact("insertion", float(insertion(model, images, maps, target).area.mean()), n, at=at)
    yield Fact("deletion", float(deletion(model, images, maps, target).area.mean()), n, at=at)
    yield Fact("road", float(remove_and_debias(model, images, maps, target).score.mean()), n, at=at)


def _random_maps(shape: tuple[int, ...]) -> Tensor:
    """Maps that know nothing: what every score is measured against."""
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed_from("random maps")))
