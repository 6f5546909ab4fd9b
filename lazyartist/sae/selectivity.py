"""What a feature is about: how well it tells images with an attribute from those without."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from scipy.stats import rankdata
from torch import Tensor


if TYPE_CHECKING:
    from collections.abc import Sequence

    from lazyartist.data.coloured import ColouredImages

TOLD = 0.3  # how well colour may give the class away: see `check_unbiased`
STROKES = ("ink", "vertical strokes", "horizontal strokes", "rising strokes", "falling strokes")


@dataclass(frozen=True)
class Attributes:
    """What can be said of images: a name and a yes or no for each.

    Attributes:
        names: A names, such as "green", "shape 3", "vertical strokes".
        kinds: "colour", "class" or "stroke" for each.
        holds: (A, N) bool.
    """

    names: Sequence[str]
    kinds: Sequence[str]
    holds: Tensor


def auroc(scores: Tensor, holds: Tensor) -> Tensor:
    """Return the probability that an image with the attribute scores above one without, ties counting half.

    Args:
        scores: (N, F), one column a feature.
        holds: (A, N) bool.

    Returns:
        (A, F) float64 in [0, 1]; NaN for an attribute that all images have, or none.
    """
    ranks = torch.as_tensor(rankdata(scores.detach().numpy(), axis=0))
    positive = holds.sum(1, keepdim=True).double()
    negative = holds.shape[1] - positive
    return (holds.double() @ ranks - positive * (positive + 1) / 2) / (positive * negative)


def eta_squared(scores: Tensor, groups: Tensor) -> Tensor:
    """Return the share of each feature's variance that lies between groups, (F,) float64 in [0, 1].

    0 means that all groups have the same mean, 1 that the group decides the score; a constant feature has 0.

    Args:
        scores: (N, F).
        groups: (N,) int64 from 0 on.
    """
    x = scores.double()
    x = x - x.mean(0)
    count = torch.bincount(groups).double()
    sums = torch.zeros(len(count), x.shape[1], dtype=torch.float64).index_add(0, groups, x)
    between = (sums.square() / count.clamp_min(1)[:, None]).sum(0)
    total = x.square().sum(0)
    return torch.where(total > 0, between / total.clamp_min(1e-300), 0.0).clamp(0, 1)


def colours_and_classes(data: ColouredImages) -> Attributes:
    """Return each colour of the palette and each class as an attribute."""
    every = torch.arange(data.classes)[:, None]
    names = [*data.palette.words, *(f"shape {label}" for label in range(data.classes))]
    kinds = ["colour"] * data.classes + ["class"] * data.classes
    return Attributes(names, kinds, torch.cat([data.colours == every, data.labels == every]))


def strokes(data: ColouredImages) -> Attributes:
    """Return measured properties of the grey strokes, each held by the quarter of the images that have most of it.

    "Ink" is the mean brightness. A stroke's direction is read from the gradient's: of all gradient energy, the share
    that a direction has is the mean of (g · n)² over the image, where n is the normal of the stroke. "Rising" goes from
    lower left to upper right.
    """
    grey = data.images.float() / 255
    down, right = torch.gradient(grey, dim=(1, 2))
    energy = (down.square() + right.square()).mean((1, 2)).clamp_min(1e-12)
    both = (down * right).mean((1, 2)) / energy  # positive: the normal points to lower right, so the stroke rises
    across = right.square().mean((1, 2)) / energy
    scores = torch.stack([grey.mean((1, 2)), across, 1 - across, both, -both])
    bars = scores.quantile(0.75, dim=1, keepdim=True)
    return Attributes(STROKES, ["stroke"] * len(STROKES), scores > bars)


def check_unbiased(data: ColouredImages) -> None:
    """Refuse images on which colour gives the class away: a feature's name would be a guess there.

    Raises:
        ValueError: guessing the commonest class of each colour is right far more often than without looking.
    """
    table = torch.bincount(data.labels * data.classes + data.colours, minlength=data.classes**2)
    table = table.view(data.classes, data.classes)
    right = float(table.amax(0).sum() / table.sum())
    if right > TOLD:
        raise ValueError(
            f"colour tells the class of {right:.0%} of these images, so no feature can be named after one of them: "
            "pass images whose colours say nothing, such as task.unbiased or swap(images, 'uniform')"
        )
