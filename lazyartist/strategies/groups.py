"""Groups of images, (class, attribute): how many images each has, and the weights that balance them."""

from __future__ import annotations

import torch

from torch import Tensor


def group_counts(labels: Tensor, attribute: Tensor, classes: int, attributes: int) -> Tensor:
    """Return how many images each group has, (classes, attributes) int64.

    Args:
        labels: (N,) int64 in [0, classes).
        attribute: (N,) int64 in [0, attributes): a bias attribute, or what another model predicts.
        classes: how many classes there are.
        attributes: how many values the attribute has.

    Raises:
        ValueError: a label or a value is out of range.
    """
    for name, values, size in (("labels", labels, classes), ("attribute", attribute, attributes)):
        if bool(((values < 0) | (values >= size)).any()):
            raise ValueError(f"{name} run from {int(values.min())} to {int(values.max())}: expected 0 to {size - 1}")
    return torch.bincount(labels * attributes + attribute, minlength=classes * attributes).view(classes, attributes)


def own_attribute(labels: Tensor, attribute: Tensor, classes: int, attributes: int) -> Tensor:
    """Return the attribute value that each class's images mostly have, (classes,) int64; of equals the smallest.

    An image is aligned if it has its class's own value. Arguments and errors are those of `group_counts`.
    """
    return group_counts(labels, attribute, classes, attributes).argmax(1)


def reweighing(labels: Tensor, attribute: Tensor, classes: int, attributes: int) -> Tensor:
    """Return sampling weights (N,) under which label and attribute are independent, each as frequent as it is.

    The weight is P(label) P(attribute) / P(label, attribute). Arguments and errors are those of `group_counts`.
    Source: Kamiran and Calders 2012.
    """
    n = group_counts(labels, attribute, classes, attributes).double()
    return (n.sum(1)[labels] * n.sum(0)[attribute] / n[labels, attribute] / len(labels)).float()


def environment_weights(aligned: Tensor) -> Tensor:
    """Return sampling weights (N,) under which aligned and conflicting images are equally frequent.

    Few conflicting images in a batch would say little of their risk, and nothing of its variance. Environments are
    sampled like this wherever invariance is compared (DomainBed, arXiv:2007.01434).

    Args:
        aligned: (N,) bool, has the image the attribute value that its class mostly has?
    """
    conflicting = int((~aligned).sum())
    return torch.where(aligned, 1 / max(1, len(aligned) - conflicting), 1 / max(1, conflicting))
