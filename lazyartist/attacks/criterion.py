"""What counts as an attack's success, what an attack returns, and what it cannot be run on."""

from __future__ import annotations

import math

from dataclasses import dataclass

import torch

from torch import Tensor, nn

from lazyartist.inference import evaluating, outputs
from lazyartist.knobs import Range


CONFIDENCE = 0.9
PROBABILITY = Range(above=0, below=1)


@dataclass(frozen=True, eq=False)
class TargetedConfidence:
    """The model gives the target class more than `confidence`, or merely answers it.

    Attributes:
        target: (N,) int64, the class each image is to be taken for.
        confidence: the probability to exceed, in (0, 1); or None: the target's probability is the highest.
        labels: (N,) int64, the true classes, if they are known: a target that is the label already is refused.
    """

    target: Tensor
    confidence: float | None = CONFIDENCE
    labels: Tensor | None = None

    def __post_init__(self) -> None:
        if self.confidence is not None and self.confidence not in PROBABILITY:
            raise ValueError(f"confidence={self.confidence!r}: expected a probability in (0, 1), such as 0.9")
        _check_classes("target", self.target)
        if self.labels is not None:
            _check_classes("labels", self.labels)
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
        """Return the criterion of the images at `index`."""
        labels = None if self.labels is None else self.labels[index]
        return TargetedConfidence(self.target[index], self.confidence, labels)


def _check_classes(name: str, classes: object) -> None:
    if not isinstance(classes, Tensor):
        raise ValueError(f"{name}: expected a tensor (N,) of integers, got {classes!r}: pass torch.tensor(...)")
    if classes.ndim != 1 or classes.dtype != torch.int64:
        raise ValueError(f"{name}: expected (N,) integers, int64, got {tuple(classes.shape)} {classes.dtype}")


@dataclass(frozen=True, eq=False)
class AttackResult:
    """What an attack made of a batch.

    Attributes:
        images: (N, C, H, W), the best found: successful, or with the highest margin.
        success: (N,) bool.
        distance: (N,) float32, size of the change: of the largest one of a pixel, unless the attack says otherwise.
        steps: (N,) int64, gradients per image; or queries per image, where an attack needs no gradient.
    """

    images: Tensor
    success: Tensor
    distance: Tensor
    steps: Tensor


def check(model: nn.Module, images: Tensor, criterion: TargetedConfidence) -> None:
    """Refuse what an attack cannot be run on.

    Raises:
        ValueError: images are no float batch in [0, 1], the criterion has another size or names no class, or the model
            returns no finite logits (see `outputs`), or probabilities where logits are expected.
    """
    if not isinstance(images, Tensor):
        kind = type(images).__name__
        raise ValueError(f"images: expected a tensor (N, C, H, W), got a {kind}: pass torch.as_tensor(...)")
    if not isinstance(criterion, TargetedConfidence):
        kind = type(criterion).__name__
        raise ValueError(f"criterion: expected TargetedConfidence(target), got a {kind}")
    if images.ndim != 4 or images.dtype not in (torch.float32, torch.float64) or len(images) == 0:
        raise ValueError(f"images: expected (N, C, H, W) float32 or float64, got {tuple(images.shape)} {images.dtype}")
    low, high = float(images.min()), float(images.max())
    if not (low >= 0 and high <= 1):  # a NaN fails this too
        raise ValueError(f"images run from {low!r} to {high!r}: expected [0, 1]; put any normalisation into the model")
    if len(criterion.target) != len(images):
        raise ValueError(f"{len(images)} images need as many targets, got {len(criterion.target)}")
    with evaluating(model), torch.no_grad():
        logits = outputs(model, images)
        suspicious = _like_probabilities(logits)
        if suspicious:  # logits may lie in [0, 1] by chance: images that are like none of these tell
            noise = torch.rand((8, *images.shape[1:]), generator=torch.Generator().manual_seed(0), dtype=images.dtype)
            plain = [torch.zeros_like(images[:1]), torch.ones_like(images[:1])]
            others = torch.cat([1 - images[:1], *plain, noise, noise.round()])
            suspicious = _like_probabilities(outputs(model, others))
    if bool((criterion.target < 0).any()) or bool((criterion.target >= logits.shape[1]).any()):
        raise ValueError(
            f"targets run from {int(criterion.target.min())} to {int(criterion.target.max())}, but the model has "
            f"{logits.shape[1]} classes: expected targets from 0 to {logits.shape[1] - 1}"
        )
    if suspicious:
        raise ValueError(
            "the model returns probabilities, numbers from 0 to 1: pass one that returns logits, without the softmax "
            "or sigmoid at its end"
        )


def _like_probabilities(logits: Tensor) -> bool:
    """Do the outputs look like those of a softmax or a sigmoid? What is the same for all says nothing."""
    if not bool(((logits >= 0) & (logits <= 1)).all()):
        return False
    sums_to_one = bool(((logits.sum(1) - 1).abs() < 1e-4).all())
    return sums_to_one or bool((logits != logits[0, 0]).any())
