"""How many images of each class are recognised."""

from __future__ import annotations

import torch

from torch import Tensor

from lazyartist.clinic.forgetting.net import CLASSES


def class_accuracies(predicted: Tensor, labels: Tensor, classes: int = CLASSES) -> Tensor:
    """Return for each class the share of its images that are recognised, (classes,).

    Args:
        predicted: (N,) int64.
        labels: (N,) int64 from 0 on.
        classes: how many there are.

    Raises:
        ValueError: a class has no image, so that nothing can be said of it; or the lengths differ.
    """
    if predicted.shape != labels.shape:
        raise ValueError(f"{len(predicted)} predictions for {len(labels)} labels: expected one for each")
    counts = torch.bincount(labels, minlength=classes)
    if missing := (counts == 0).nonzero().flatten().tolist():
        raise ValueError(
            f"no image of class {', '.join(map(str, missing))}: score more images, so that each class has some"
        )
    return torch.bincount(labels[predicted == labels], minlength=classes) / counts
