"""What counts as success, and how an attack reports it."""

from __future__ import annotations

import math

from dataclasses import dataclass

import torch

from torch import Tensor, nn

from lazyartist.criteria import ATTACK_CONFIDENCE
from lazyartist.inference import evaluating


@dataclass(frozen=True, eq=False)
class TargetedConfidence:
    """The model gives the target class more than `confidence`, or merely answers it.

    Attributes:
        target: (N,) int64, the class each image is to be taken for.
        confidence: the probability to exceed, in (0, 1); or None: the target's probability is the highest.
        labels: (N,) int64, the true classes, if they are known: a target that is the label already is refused.
    """

    target: Tensor
    confidence: float | None = ATTACK_CONFIDENCE
    labels: Tensor | None = None

    def __post_init__(self) -> None:
        if self.confidence is not None and not 0 < self.confidence < 1:
            raise ValueError(f"confidence={self.confidence!r}: expected a probability in (0, 1), such as 0.9")
        if not isinstance(self.target, Tensor):
            raise ValueError(f"target: expected a tensor (N,) of integers, got {self.target!r}")
        if self.target.ndim != 1 or self.target.is_floating_point():
            raise ValueError(f"target: expected (N,) integers, got {tuple(self.target.shape)} {self.target.dtype}")
        if self.labels is not None:
            if self.labels.shape != self.target.shape:
                raise ValueError(f"{len(self.target)} targets need as many labels, got {tuple(self.labels.shape)}")
            if same := int((self.labels == self.target).sum()):
                raise ValueError(
                    f"{same} of {len(self.target)} targets are the image's own label: naming it right is no success of "
                    "an attack; leave these images out"
                )

    def margin(self, logits: Tensor) -> Tensor:
        """Return (N,) the log-odds of the target minus the log-odds of `confidence`: positive is success.

        z_t − logsumexp of the other logits − log(τ / (1 − τ)), which is > 0 exactly where p_t > τ. Without a
        confidence, z_t − the highest of the others.
        """
        column = self.target[:, None]
        return logits.gather(1, column)[:, 0] - self.pooled(logits.scatter(1, column, -torch.inf)) - self.odds

    @property
    def odds(self) -> float:
        """The log-odds that the target's must exceed those of all others together, or of the highest, by."""
        return 0.0 if self.confidence is None else math.log(self.confidence / (1 - self.confidence))

    def pooled(self, others: Tensor) -> Tensor:
        """Return (N,) what the target's logit competes with: the others' logsumexp, or the highest of them."""
        return others.amax(1) if self.confidence is None else others.logsumexp(1)

    def holds(self, logits: Tensor) -> Tensor:
        """Return (N,) bool: does it succeed?"""
        return self.margin(logits) > 0

    def at(self, index: Tensor) -> TargetedConfidence:
        """Return the goal of the images at `index`."""
        return TargetedConfidence(self.target[index], self.confidence, None if self.labels is None else self.labels[index])


@dataclass(frozen=True, eq=False)
class AttackResult:
    """What an attack made of a batch.

    Attributes:
        images: (N, C, H, W), the best found: successful, or with the highest margin.
        success: (N,) bool.
        distance: (N,) float32, size of the change: of the largest one of a pixel, unless the attack says otherwise.
        steps: (N,) int64, gradients spent; or questions asked, where an attack needs no gradient.
    """

    images: Tensor
    success: Tensor
    distance: Tensor
    steps: Tensor


def check(model: nn.Module, images: Tensor, goal: TargetedConfidence) -> None:
    """Refuse what an attack cannot be run on.

    Raises:
        ValueError: images are no float batch in [0, 1], the goal has another size or names no class, or the model
            returns NaN, or probabilities where logits are expected.
    """
    if images.ndim != 4 or images.dtype not in (torch.float32, torch.float64) or len(images) == 0:
        raise ValueError(f"images: expected (N, C, H, W) float32 or float64, got {tuple(images.shape)} {images.dtype}")
    low, high = float(images.min()), float(images.max())
    if not (low >= 0 and high <= 1):  # a NaN fails this too
        raise ValueError(f"images run from {low!r} to {high!r}: expected [0, 1]; put any normalisation into the model")
    if len(goal.target) != len(images):
        raise ValueError(f"{len(images)} images need as many targets, got {len(goal.target)}")
    with evaluating(model), torch.no_grad():
        logits = model(images)
    if logits.ndim == 2 and logits.shape[1] < 2:
        raise ValueError("the model returns one number an image: expected a logit for each of two classes or more")
    if logits.ndim != 2 or bool((goal.target < 0).any()) or bool((goal.target >= logits.shape[1]).any()):
        raise ValueError(
            f"targets run from {int(goal.target.min())} to {int(goal.target.max())}, but the model's output has shape "
            f"{tuple(logits.shape)}: expected (N, classes) and targets below that number of classes"
        )
    if not bool(logits.isfinite().all()):
        raise ValueError("the model returns values that are not finite: look at its weights")
    if bool((logits >= 0).all()) and bool(((logits.sum(1) - 1).abs() < 1e-4).all()):
        raise ValueError("the model returns probabilities: pass one that returns logits, without the softmax")
