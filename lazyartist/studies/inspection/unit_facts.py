"""What a model's units respond to and its logits like best, as facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from lazyartist.inference import logits_of
from lazyartist.probes.top_images import percentile
from lazyartist.probes.hue import measure_hues
from lazyartist.probes.polysemanticity import measure_polysemanticity
from lazyartist.probes.unit_selectivity import unit_selectivity
from lazyartist.visualise import Logit, Visualise
from lazyartist.studies.base import Fact
from lazyartist.activations import activations


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import nn

    from lazyartist.data.coloured import ColouredImages
    from lazyartist.data.task import Task

ASKED = 1000  # images whose activations are taken


def unit_counts(model: nn.Module, uniform: ColouredImages, layers: Sequence[str]) -> Iterator[Fact]:
    """Yield of each layer the shares of units by what explains them, and how many things a unit stands for.

    Args:
        model: images to logits.
        uniform: images whose colours say nothing of their classes.
        layers: dotted names.
    """
    data = uniform.subset(slice(0, ASKED))
    for layer in layers:
        found = activations(model, layer, data)
        explained = unit_selectivity(found, data.labels, data.attribute)
        n = found.shape[1]
        yield from (Fact(f"units_{kind}_{layer}", count / n, n, "") for kind, count in explained.counts.items())
        for name, eta in (("colour", explained.by_attribute), ("shape", explained.by_class)):
            detail = [[round(float(end), 4) for end in ends] for ends in zip(eta.low, eta.value, eta.high, strict=True)]
            yield Fact(f"eta_{name}_{layer}", float(eta.value.mean()), n, "", detail)
        alive = ~explained.dead
        if bool(alive.any()):
            many = measure_polysemanticity(found[:, alive], data.labels, data.attribute)
            n = int(alive.sum())
            yield Fact(f"top_classes_bits_{layer}", float(many.classes.mean()), n, "")
            yield Fact(f"top_colours_bits_{layer}", float(many.attributes.mean()), n, "")
            yield Fact(f"several_groups_{layer}", float((many.clusters > 1).float().mean()), n, "")


def logits(model: nn.Module, task: Task) -> Iterator[Fact]:
    """Yield of how many classes the picture that the logit likes best has the class's own colour, and how sure that is.

    The detail is, for each class, the picture's mean hue in degrees and how much colour is in it, from 0 to 1.
    """
    classes = torch.arange(task.train.classes)
    seen = Visualise()(model, Logit(classes))
    found = measure_hues(seen.images, task.train.palette)
    n = len(classes)
    detail = [[round(float(d), 1), round(float(s), 4)] for d, s in zip(found.degrees, found.strength, strict=True)]
    yield Fact("own_hues", found.own / n, n, "", detail)
    yield Fact("own_hues_by_chance", found.chance, n, "")
    yield Fact("colour_of_logits", float(found.strength.mean()), n, "")
    real = logits_of(model, task.hard["uniform"].subset(slice(0, ASKED)))
    yield Fact("logit_percentile", float(percentile(seen.activation, real).mean()), n, "")
