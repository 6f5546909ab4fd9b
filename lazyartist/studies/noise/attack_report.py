"""How much noise one model takes, in a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from lazyartist.attacks.criterion import TargetedConfidence
from lazyartist.attacks.fmn import FMN
from lazyartist.attacks.gradient_masking import gradient_masking
from lazyartist.certify.crown import Certified
from lazyartist.certify.trace import NoBoundsError
from lazyartist.criteria import ATTACK_CONFIDENCE, ATTACK_EPSILON
from lazyartist.inference import evaluating, outputs


if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import nn

    from lazyartist.data.task import Task


def attack_report(model: nn.Module, task: Task, source: int, target: int, images: int) -> Iterator[str]:
    """Yield lines about the noise that makes images of one class another: found from above, proven from below.

    Args:
        model: images (B, 3, H, W) in [0, 1] to logits of the task's classes.
        task: whose test images are attacked, in their own class's colour where they can be painted: in another, a
            model that reads colour errs before any noise.
        source: the class of the images.
        target: the class that they are to be taken for.
        images: how many, at most.

    Raises:
        ValueError: no such class, both are the same, or the model does not return finite logits, one per class.
    """
    test = task.test
    for name, given in (("--from", source), ("--to", target)):
        if given not in range(test.classes):
            raise ValueError(f"{name} {given}: {task.name} has the classes 0 to {test.classes - 1}; give one of them")
    if source == target:
        raise ValueError(
            f"--from {source} --to {target}: to name an image right is no success of an attack; give two classes"
        )
    index = (test.labels == source).nonzero()[:images, 0]
    if not len(index):
        raise ValueError(f"--from {source}: {task.name} has no test image of this class")
    labels = test.labels[index]
    x = test.render(index, task.own_attribute[labels] if test.can_paint else None)
    criterion = TargetedConfidence(torch.full_like(labels, target), ATTACK_CONFIDENCE, labels)
    with evaluating(model), torch.no_grad():
        answers = outputs(model, x, test.classes).argmax(1)
    left = answers != target  # a mistake is no attack's success
    mistaken = "" if left.all() else f", {int((~left).sum())} are called a {target} already and left out"
    right = int((answers == labels).sum())
    yield f"{len(index)} test images of {task.name} that show a {source}; {right} are named so without noise{mistaken}"
    if not left.any():
        return
    x, criterion = x[left], criterion.at(left)
    result = FMN()(model, x, criterion)
    within = int((result.distance < ATTACK_EPSILON).sum())
    yield f"made a {target}, over {criterion.confidence:.0%} sure; largest change of a pixel, median:"
    yield f"  found   {float(result.distance.median()):.4f}  within {ATTACK_EPSILON:g}: {within}"
    try:
        yield f"  proven  {float(Certified()(model, x, criterion).median()):.4f}  no noise up to here does it"
    except NoBoundsError as error:
        yield f"  proven  nothing: {error}"
    if signs := gradient_masking(model, x, criterion):
        yield f"suspicious: {signs}"
