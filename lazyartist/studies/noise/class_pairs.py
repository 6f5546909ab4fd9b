"""Task 5: how much noise makes any class any other?"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import torch

from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact, Run, Study
from lazyartist.studies.noise.minimum_noise import Fooled, Paint, fool, painted, shown


if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from lazyartist.training.store import Trained

Square = list[list[float | None]]

IMAGES = 5  # a pair
STEPS = 60


@STUDIES.register("class_pairs")
class PairsStudy(Study):
    """Task 5: the smallest noise from every class to every other, on a few images a pair, on lazy and cured models."""

    name: ClassVar[str] = "class_pairs"
    strategies: ClassVar[tuple[str, ...]] = ("lazy", "recoloured_reversal", "second_opinion")
    datasets: ClassVar[tuple[str, ...]] = ("mnist",)
    seeds: ClassVar[int] = 3

    def ask(self, run: Run, trained: Trained) -> Iterator[Fact]:
        """Yield median noise and share of confident mistakes before any noise, each with its square of pairs.

        An image that is taken for the target before any noise has no part in the medians.
        """
        test = run.task().hard["other"]
        classes = range(test.classes)
        pairs = [(i, j) for i in classes for j in classes if i != j]
        index = torch.cat([shown(test, i, IMAGES) for i, _ in pairs])
        labels = test.labels[index]
        target = torch.cat([torch.full((len(shown(test, i, IMAGES)),), j) for i, j in pairs])
        paints: tuple[Paint, ...] = ("aligned", "conflicting")
        for paint in paints:
            found = fool(trained.model, painted(test, index, paint), labels, target, STEPS)
            prefix = "" if paint == "aligned" else f"{paint}_"
            noise, already = _squares(found, labels, target, len(classes))
            left = int((~found.already).sum())
            yield Fact(f"{prefix}pair_epsilon", found.median(found.sure), left, "lower", noise)
            yield Fact(f"{prefix}already_target", float(found.already.float().mean()), len(index), "", already)


def _squares(found: Fooled, labels: Tensor, target: Tensor, classes: int) -> tuple[Square, Square]:
    """Return median noise, and share that was the target before, by source and target; None where there is no image."""
    noise: Square = [[None] * classes for _ in range(classes)]
    already: Square = [[None] * classes for _ in range(classes)]
    for i, j in set(zip(labels.tolist(), target.tolist(), strict=True)):
        mine = (labels == i) & (target == j)
        left = found.sure[mine & ~found.already]
        noise[i][j] = round(float(left.median()), 6) if len(left) else None
        already[i][j] = round(float(found.already[mine].float().mean()), 6)
    return noise, already
