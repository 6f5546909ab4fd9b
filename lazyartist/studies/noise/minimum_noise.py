"""What the studies of noise share: images in a chosen paint, and the least noise that makes each another class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from lazyartist.attacks.criterion import TargetedConfidence
from lazyartist.attacks.fmn import FMN
from lazyartist.criteria import ATTACK_CONFIDENCE
from lazyartist.data.images import WithForeground
from lazyartist.inference import evaluating
from lazyartist.studies.noise.metrics import PAINTS, Paint


if TYPE_CHECKING:
    from torch import Tensor, nn

    from lazyartist.data.images import Split
    from lazyartist.data.task import Task


def paints_of(task: Task) -> tuple[Paint, ...]:
    """Return the paints that a dataset can show: "grey" is the object alone, which must be known and paintable."""
    grey = task.test.can_paint and isinstance(task.test.images, WithForeground)
    return tuple(paint for paint in PAINTS if grey or paint != "grey")


def split_in(task: Task, paint: Paint) -> Split:
    """Return test images in a paint: the same ones in each where they can be repainted, else those that are so already.

    "own" is their class's attribute value, "other" another's; "grey" is painted by `render_in`.
    """
    other = task.hard.get("other")
    if other is None or not other.can_paint:
        aligned = task.aligned(task.test)
        return task.test.subset(aligned if paint == "own" else ~aligned)
    return other.with_attribute(task.own_attribute[other.labels]) if paint == "own" else other


def render_in(split: Split, index: Tensor, paint: Paint) -> Tensor:
    """Return the images at `index` of a split from `split_in`, (B, 3, H, W)."""
    if paint == "grey":
        return (split.foreground(index).float() / 255)[:, None].repeat(1, 3, 1, 1)
    return split.render(index)


def first_images(split: Split, label: int, count: int) -> Tensor:
    """Return (M,) int64, which are the first `count` images of a class: the same ones for every model."""
    return (split.labels == label).nonzero()[:count, 0]


def check_classes(task: Task, source: int, target: int) -> None:
    """Refuse classes that a dataset does not have.

    Raises:
        ValueError: they are not two of its classes; names them and the knobs.
    """
    classes = task.test.classes
    if source == target or not {source, target} <= set(range(classes)):
        raise ValueError(
            f"source={source!r}, target={target!r}: {task.name} has the classes 0 to {classes - 1}; choose two of "
            "them, as in noise:source=0:target=1"
        )


@dataclass(frozen=True, eq=False)
class MinimumNoise:
    """The least noise that was found for each image, all (N,).

    Attributes:
        right: is it named right without noise?
        already: is it taken for the target without noise? That is a mistake, and no attack's success.
        images: (N, 3, H, W), with the least noise that makes the model confident.
        epsilon: that noise, the largest change of a pixel, for more than 90 % confidence; infinity if none was found.
        flip_epsilon: the least noise that was found to change the answer to the target.
        confidence: in the right class, without noise.
    """

    right: Tensor
    already: Tensor
    images: Tensor
    epsilon: Tensor
    flip_epsilon: Tensor
    confidence: Tensor

    def detail(self, epsilon: Tensor) -> list[float | None]:
        """Return the noise of each image, rounded; None for those that were taken for the target before."""
        pairs = zip(epsilon.tolist(), self.already.tolist(), strict=True)
        return [None if already else round(size, 6) for size, already in pairs]

    def median(self, epsilon: Tensor) -> float:
        """Return the median noise of those that were not taken for the target before; infinity if all were."""
        left = epsilon[~self.already]
        return float(left.median()) if len(left) else torch.inf


def find_minimum_noise(
    model: nn.Module, images: Tensor, labels: Tensor, target: Tensor, steps: int = 100
) -> MinimumNoise:
    """Look for the least noise by fast minimum norm; `labels` and `target` are (N,), `steps` gradients per image."""
    confident = FMN(steps=steps)(model, images, TargetedConfidence(target, ATTACK_CONFIDENCE, labels))
    flip = FMN(steps=steps)(model, images, TargetedConfidence(target, None, labels))
    with evaluating(model), torch.no_grad():
        logits = model(images)
    answer = logits.argmax(1)
    return MinimumNoise(
        right=answer == labels,
        already=answer == target,
        images=confident.images,
        epsilon=confident.distance,
        # noise that makes the model confident of the target makes it the answer too
        flip_epsilon=torch.minimum(flip.distance, confident.distance),
        confidence=logits.softmax(1).gather(1, labels[:, None])[:, 0],
    )


def largest_change(before: Tensor, after: Tensor) -> float:
    """Return the largest change of a pixel between two batches of images, measured on them; 0 if there are none."""
    return float((after - before).abs().max()) if len(before) else 0.0
