"""Why does the lazy model take more noise?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import torch

from torch import nn

from lazyartist.inference import evaluating
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact, Run, Study
from lazyartist.studies.noise.minimum_noise import SOURCE, TARGET, fool, painted, shown


if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from lazyartist.training.store import Trained

SEVENS = 100
SURE = 0.99  # mean confidence before noise at which models are compared
WAY = 200  # points on the way to the other colour


@STUDIES.register("confidence_or_colour")
class CauseStudy(Study):
    """Task 5: is a lazy model hard to fool because colour is hard to move, or because it is unsure of everything?

    Plain training is asked at a correlation of 1 too: a model that reads colour alone and was trained for long.
    """

    name: ClassVar[str] = "confidence_or_colour"
    strategies: ClassVar[tuple[str, ...]] = ("lazy", "erm", "recoloured_reversal", "second_opinion")
    datasets: ClassVar[tuple[str, ...]] = ("mnist",)
    seeds: ClassVar[int] = 3

    def runs(self, **arguments: Any) -> list[Run]:
        """Return every run, and each of plain training at a correlation of 1 too; see `Study.runs`."""
        runs = super().runs(**arguments)
        return runs + [replace(run, correlation=1.0) for run in runs if run.strategy == "erm"]

    def ask(self, run: Run, trained: Trained) -> Iterator[Fact]:
        """Yield noise to flip, to be sure, to be sure at equal confidence, and the way to the target's colour."""
        test = run.task().hard["other"]
        index = shown(test, SOURCE, SEVENS)
        labels, target = test.labels[index], torch.full_like(index, TARGET)
        images = painted(test, index, "aligned")
        found = fool(trained.model, images, labels, target)
        tempered = Tempered(trained.model, scale := _scale(trained.model, images, labels))
        matched = fool(tempered, images, labels, target)
        towards = test.render(index, target)
        recoloured = _on_the_way(trained.model, images, towards, TARGET)
        n = len(index)
        yield Fact("clean_confidence", float(found.confidence.mean()), n, "")
        yield Fact("scale", scale, n, "")
        yield Fact("flip_epsilon", found.median(found.flipped), n, "", found.needed(found.flipped))
        yield Fact("smallest_epsilon", found.median(found.sure), n, "", found.needed(found.sure))
        yield Fact("matched_epsilon", matched.median(matched.sure), n, "", matched.needed(matched.sure))
        yield Fact("recolour_epsilon", float(recoloured.median()), n, "", [round(float(e), 6) for e in recoloured])


class Tempered(nn.Module):
    """A network whose logits are multiplied: the same answers, more or less sure of them."""

    def __init__(self, model: nn.Module, scale: float) -> None:
        super().__init__()
        self.model, self.scale = model, scale

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits (B, classes) of images (B, 3, H, W), times the scale."""
        logits: Tensor = self.model(x)
        return logits * self.scale


def _scale(model: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Return by what logits must be multiplied for the mean confidence in what is named right to be `SURE`."""
    with evaluating(model), torch.no_grad():
        logits = model(images)
    right = logits.argmax(1) == labels  # no scale makes a model sure of what it names wrong
    if not right.any():
        return 1.0
    logits, labels = logits[right].double(), labels[right]
    low, high = 1e-3, 1e3
    for _ in range(40):
        middle = (low * high) ** 0.5
        sure = (middle * logits).softmax(1).gather(1, labels[:, None]).mean()
        low, high = (middle, high) if sure < SURE else (low, middle)
    return high


def _on_the_way(model: nn.Module, images: Tensor, towards: Tensor, target: int) -> Tensor:
    """Return (N,) the least change of a pixel on the straight way between two paints that makes the answer the target.

    Infinity where the answer never is.
    """
    whole = (towards - images).abs().amax((1, 2, 3))
    first = torch.full((len(images),), torch.inf)
    with evaluating(model), torch.no_grad():
        for step in range(WAY + 1):
            share = step / WAY
            there = model(torch.lerp(images, towards, share)).argmax(1) == target
            first = torch.where(there, torch.minimum(first, share * whole), first)
    return first
