"""What the studies of noise share: images in a chosen paint, and the smallest noise that makes each another class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import torch

from lazyartist.attacks.fmn import FMN
from lazyartist.attacks.criterion import TargetedConfidence
from lazyartist.inference import evaluating


if TYPE_CHECKING:
    from torch import Tensor, nn

    from lazyartist.data.coloured import ColouredImages

Paint = Literal["aligned", "conflicting", "grey"]
PAINTS: tuple[Paint, ...] = get_args(Paint)
SOURCE, TARGET = 7, 3  # a 7 becomes a 3, says the exercise


def shown(test: ColouredImages, label: int, count: int) -> Tensor:
    """Return (M,) int64, which are the first `count` images of a class: the same ones for every model."""
    return (test.labels == label).nonzero()[:count, 0]


def painted(test: ColouredImages, index: Tensor, paint: Paint) -> Tensor:
    """Return (B, 3, H, W): "aligned" in their class's colour, "conflicting" in what they wear, "grey" in none."""
    if paint == "grey":
        return (test.images[index].float() / 255)[:, None].repeat(1, 3, 1, 1)
    return test.render(index, test.labels[index] if paint == "aligned" else None)


@dataclass(frozen=True, eq=False)
class Fooled:
    """What it took, image by image, all (N,).

    Attributes:
        right: is it named right without noise?
        already: is it taken for the target without noise? That is a mistake, and no attack's success.
        images: (N, 3, H, W), with the smallest noise that was found.
        sure: that noise, the largest change of a pixel, for more than 90 % confidence; infinity if none was found.
        flipped: the smallest noise that was found to change the answer to the target.
        confidence: in the right class, without noise.
    """

    right: Tensor
    already: Tensor
    images: Tensor
    sure: Tensor
    flipped: Tensor
    confidence: Tensor

    def needed(self, noise: Tensor) -> list[float | None]:
        """Return the noise of each image, rounded; None for those that were taken for the target before."""
        pairs = zip(noise.tolist(), self.already.tolist(), strict=True)
        return [None if already else round(size, 6) for size, already in pairs]

    def median(self, noise: Tensor) -> float:
        """Return the median noise of those that were not taken for the target before; infinity if all were."""
        left = noise[~self.already]
        return float(left.median()) if len(left) else torch.inf


def fool(model: nn.Module, images: Tensor, labels: Tensor, target: Tensor, steps: int = 100) -> Fooled:
    """Look for the smallest noise by fast minimum norm; `labels` and `target` are (N,), `steps` gradients an image."""
    sure = FMN(steps=steps)(model, images, TargetedConfidence(target, labels=labels))
    flip = FMN(steps=steps)(model, images, TargetedConfidence(target, None, labels))
    with evaluating(model), torch.no_grad():
        logits = model(images)
    answer = logits.argmax(1)
    return Fooled(
        right=answer == labels,
        already=answer == target,
        images=sure.images,
        sure=sure.distance,
        flipped=torch.minimum(flip.distance, sure.distance),  # who is sure of the target answers it
        confidence=logits.softmax(1).gather(1, labels[:, None])[:, 0],
    )
