"""What a model's units respond to and its logits like best, as facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from lazyartist.activations import activations
from lazyartist.data.coloured import ColouredImages
from lazyartist.inference import logits_of
from lazyartist.probes.hue import measure_hues
from lazyartist.probes.polysemanticity import COUNT, measure_polysemanticity
from lazyartist.probes.top_images import percentile
from lazyartist.probes.unit_selectivity import unit_selectivity
from lazyartist.studies.base import Fact
from lazyartist.visualise import Logit, Visualise


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from torch import nn

    from lazyartist.data.images import Split
    from lazyartist.data.task import Task


def unit_facts(model: nn.Module, split: Split, layers: Mapping[str, nn.Module]) -> Iterator[Fact]:
    """Yield of each layer the shares of units by what explains them, and how many things a unit stands for.

    Args:
        model: images to logits.
        split: images whose attribute says nothing of the class.
        layers: by name.
    """
    for name, layer in layers.items():
        acts = activations(model, layer, split)
        selectivity = unit_selectivity(acts, split.labels, split.attribute)
        n, at = acts.shape[1], {"layer": name}
        yield from (Fact("units", count / n, n, at={**at, "kind": kind}) for kind, count in selectivity.counts.items())
        for factor, eta in (("attribute", selectivity.by_attribute), ("class", selectivity.by_class)):
            detail = [[round(float(end), 4) for end in ends] for ends in zip(eta.low, eta.value, eta.high, strict=True)]
            yield Fact("eta_squared", float(eta.value.mean()), n, "", detail, {**at, "factor": factor})
        alive = ~selectivity.dead
        if bool(alive.any()):
            top = measure_polysemanticity(acts[:, alive], split.labels, split.attribute, count=min(COUNT, len(split)))
            n = int(alive.sum())
            yield Fact("top_bits", float(top.classes.mean()), n, at={**at, "factor": "class"})
            yield Fact("top_bits", float(top.attributes.mean()), n, at={**at, "factor": "attribute"})
            yield Fact("several_groups", float((top.clusters > 1).float().mean()), n, at=at)


def logit_facts(model: nn.Module, task: Task, *, images: int, steps: int) -> Iterator[Fact]:
    """Yield of how many classes the picture that the logit likes best has the class's own colour, and how sure that is.

    The detail is, for each class, the picture's mean hue in degrees and how much colour is in it, from 0 to 1. Where
    the attribute is no colour, only the logits of the pictures beside those of real images are left.

    Args:
        model: images to logits.
        task: whose classes and test images are taken.
        images: how many test images the pictures' logits are compared with.
        steps: of the ascent that makes the pictures.
    """
    _, channels, *size = task.test.render(slice(0, 1)).shape
    if channels != 3:  # a picture is made in red, green and blue
        return
    classes = torch.arange(task.train.classes)
    liked = Visualise(steps=steps, size=(size[0], size[1]))(model, Logit(classes))
    n, family = len(classes), task.train.images
    if isinstance(family, ColouredImages):
        hues = measure_hues(liked.images, family.palette)
        detail = [[round(float(d), 1), round(float(s), 4)] for d, s in zip(hues.degrees, hues.strength, strict=True)]
        yield Fact("own_hues", hues.own / n, n, "", detail)
        yield Fact("own_hues_by_chance", hues.chance, n)
        yield Fact("colour_of_logits", float(hues.strength.mean()), n)
    real = logits_of(model, task.test.subset(slice(0, images)))
    yield Fact("logit_percentile", float(percentile(liked.activation, real).mean()), n)
