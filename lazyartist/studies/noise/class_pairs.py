"""Task 5: how much noise makes any class any other?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch

from lazyartist.knobs import knob
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact
from lazyartist.studies.classifiers import ClassifierStudy, Run
from lazyartist.studies.lazy import LAZY
from lazyartist.studies.noise.metrics import PAIR
from lazyartist.studies.noise.minimum_noise import (
    MinimumNoise,
    find_minimum_noise,
    first_images,
    paints_of,
    render_in,
    split_in,
)


if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from lazyartist.training.store import Trained

Matrix = list[list[float | None]]


@STUDIES.register("class_pairs")
@dataclass(frozen=True)
class ClassPairsStudy(ClassifierStudy):
    """Task 5: the smallest noise from every class to every other, on a few images per pair, on lazy and cured models.

    Attributes:
        per_pair: images of each class, for each of the others.
        steps: gradients per image.
    """

    name: ClassVar[str] = "class_pairs"
    default_strategies: ClassVar[tuple[str, ...]] = (LAZY, "recoloured_reversal", "second_opinion")
    default_datasets: ClassVar[tuple[str, ...]] = ("mnist",)
    default_seeds: ClassVar[int] = 3

    per_pair: int = knob(5, low=1, whole=True)
    steps: int = knob(60, low=1, whole=True)

    def measure(self, run: Run, trained: Trained) -> Iterator[Fact]:
        """Yield median noise and share of confident mistakes before any noise, each with its matrix of pairs.

        An image that is taken for the target before any noise has no part in the medians.
        """
        task = run.task()
        classes = range(task.test.classes)
        for paint in paints_of(task):
            if paint == "grey":
                continue
            split = split_in(task, paint)
            chosen = {label: first_images(split, label, self.per_pair) for label in classes}
            pairs = [(i, j) for i in classes for j in classes if i != j]
            index = torch.cat([chosen[i] for i, _ in pairs])
            target = torch.cat([torch.full((len(chosen[i]),), j) for i, j in pairs])
            if not len(index):
                continue
            labels = split.labels[index]
            noise = find_minimum_noise(trained.model, render_in(split, index, paint), labels, target, self.steps)
            epsilon, already = _matrices(noise, labels, target, len(classes))
            left, at = int((~noise.already).sum()), {"paint": paint}
            yield Fact(PAIR, noise.median(noise.epsilon), left, "lower", epsilon, at)
            yield Fact("already_target", float(noise.already.float().mean()), len(index), "", already, at)


def _matrices(noise: MinimumNoise, labels: Tensor, target: Tensor, classes: int) -> tuple[Matrix, Matrix]:
    """Return median noise, and share that was the target before, by source and target; None where there is no image."""
    epsilon: Matrix = [[None] * classes for _ in range(classes)]
    already: Matrix = [[None] * classes for _ in range(classes)]
    for i, j in set(zip(labels.tolist(), target.tolist(), strict=True)):
        pair = (labels == i) & (target == j)
        left = noise.epsilon[pair & ~noise.already]
        epsilon[i][j] = round(float(left.median()), 6) if len(left) else None
        already[i][j] = round(float(noise.already[pair].float().mean()), 6)
    return epsilon, already
