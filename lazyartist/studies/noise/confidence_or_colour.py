"""Task 5: does a lazy model take more noise because colour is hard to move, or because it is unsure?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch

from torch import nn

from lazyartist.inference import evaluating
from lazyartist.knobs import knob
from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.erm import Erm
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact
from lazyartist.studies.classifiers import ClassifierStudy, Run, has_knob
from lazyartist.studies.lazy import LAZY
from lazyartist.studies.noise.metrics import FLIP, MATCHED, MINIMAL, RECOLOUR, SOURCE, TARGET
from lazyartist.studies.noise.minimum_noise import (
    check_classes,
    find_minimum_noise,
    first_images,
    render_in,
    split_in,
)


if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from lazyartist.training.store import Trained

SURE = 0.99
WAY_POINTS = 200


@STUDIES.register("confidence_or_colour")
@dataclass(frozen=True)
class ConfidenceOrColourStudy(ClassifierStudy):
    """Task 5: is a lazy model hard to fool because colour is hard to move, or because it is unsure of everything?

    Plain training is asked at a correlation of 1 too: a model that reads colour alone and was trained for long.

    Attributes:
        source: the class that the images show.
        target: the class that they are to be taken for.
        sevens: how many images of the source are attacked.
        sure: mean confidence before noise at which models are compared.
        way_points: points on the way to the other colour.
        steps: gradients per image of fast minimum norm.
    """

    name: ClassVar[str] = "confidence_or_colour"
    default_strategies: ClassVar[tuple[str, ...]] = (LAZY, "erm", "recoloured_reversal", "second_opinion")
    default_datasets: ClassVar[tuple[str, ...]] = ("mnist",)
    default_seeds: ClassVar[int] = 3

    source: int = knob(SOURCE, low=0, whole=True)
    target: int = knob(TARGET, low=0, whole=True)
    sevens: int = knob(100, low=1, whole=True)
    sure: float = knob(SURE, above=0, below=1)
    way_points: int = knob(WAY_POINTS, low=1, whole=True)
    steps: int = knob(100, low=1, whole=True)

    def runs(self) -> list[Run]:
        """Return every run, and each of plain training at a correlation of 1 too; see `Study.runs`."""
        runs = super().runs()
        return runs + [
            run.with_data(correlation=1.0)
            for run in runs
            if type(STRATEGIES.build(run.strategy)) is Erm and has_knob(run.dataset, "correlation")
        ]

    def measure(self, run: Run, trained: Trained) -> Iterator[Fact]:
        """Yield noise to flip, to be sure, to be sure at equal confidence, and the way to the target's colour."""
        task = run.task()
        check_classes(task, self.source, self.target)
        split, model = split_in(task, "own"), trained.model
        index = first_images(split, self.source, self.sevens)
        if not len(index):
            raise ValueError(f"{task.name} has no test images of class {self.source}: choose another source")
        labels, target = split.labels[index], torch.full_like(index, self.target)
        images = render_in(split, index, "own")
        noise = find_minimum_noise(model, images, labels, target, self.steps)
        scale = confidence_scale(model, images, labels, self.sure)
        matched = find_minimum_noise(Tempered(model, scale), images, labels, target, self.steps)
        n = len(index)
        yield Fact("clean_confidence", float(noise.confidence.mean()), n)
        yield Fact("scale", scale, n)
        yield Fact(FLIP, noise.median(noise.flip_epsilon), n, "", noise.detail(noise.flip_epsilon))
        yield Fact(MINIMAL, noise.median(noise.epsilon), n, "", noise.detail(noise.epsilon))
        yield Fact(MATCHED, matched.median(matched.epsilon), n, "", matched.detail(matched.epsilon))
        if split.can_paint:
            towards = split.render(index, task.own_attribute[target])
            sizes = recolour_epsilon(model, images, towards, self.target, self.way_points)
            yield Fact(RECOLOUR, float(sizes.median()), n, "", [round(float(e), 6) for e in sizes])


class Tempered(nn.Module):
    """A network whose logits are multiplied: the same answers, more or less sure of them."""

    def __init__(self, network: nn.Module, scale: float) -> None:
        super().__init__()
        self.network, self.scale = network, scale

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits (B, classes) of images (B, 3, H, W), times the scale."""
        logits: Tensor = self.network(x)
        return logits * self.scale


def confidence_scale(model: nn.Module, images: Tensor, labels: Tensor, sure: float = SURE) -> float:
    """Return by what logits must be multiplied for the mean confidence in what is named right to be `sure`."""
    with evaluating(model), torch.no_grad():
        logits = model(images)
    right = logits.argmax(1) == labels  # no scale makes a model sure of what it names wrong
    if not right.any():
        return 1.0
    logits, labels = logits[right].double(), labels[right]
    low, high = 1e-3, 1e3
    for _ in range(40):
        middle = (low * high) ** 0.5
        confidence = (middle * logits).softmax(1).gather(1, labels[:, None]).mean()
        low, high = (middle, high) if confidence < sure else (low, middle)
    return high


def recolour_epsilon(
    model: nn.Module, images: Tensor, towards: Tensor, target: int, points: int = WAY_POINTS
) -> Tensor:
    """Return (N,) the least change of a pixel on the straight way between two paints that makes the answer the target.

    Infinity where the answer never is.
    """
    whole = (towards - images).abs().amax((1, 2, 3))
    first = torch.full((len(images),), torch.inf)
    with evaluating(model), torch.no_grad():
        for point in range(points + 1):
            share = point / points
            flipped = model(torch.lerp(images, towards, share)).argmax(1) == target
            first = torch.where(flipped, torch.minimum(first, share * whole), first)
    return first
