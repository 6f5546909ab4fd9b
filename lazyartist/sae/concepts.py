"""Concepts of images, yes or no for each image: classes, values of the bias attribute, and directions of strokes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from scipy.stats import chi2
from torch import Tensor


if TYPE_CHECKING:
    from collections.abc import Sequence

    from lazyartist.data.images import Split

# Cramér's V from which on a class and a bias attribute are too much alike to name a feature after one of them: 0 is
# independence, 1 that either gives the other away. Colours drawn evenly from all but the class's own have 0.11 for ten
# classes; a correlation of ρ, with the rest even over all, has about ρ.
DEPENDENT = 0.2
ACCIDENT = 1e-3  # unless so much dependence is this likely by luck, with so few images
STROKES = ("ink", "vertical strokes", "horizontal strokes", "rising strokes", "falling strokes")


@dataclass(frozen=True)
class Concepts:
    """What can be said of images: a name and a yes or no for each image.

    Attributes:
        names: A names, such as "green", "class 3", "vertical strokes".
        kinds: for each the factor that it is a value of, such as "colour" or "class"; or "stroke".
        holds: (A, N) bool.
    """

    names: Sequence[str]
    kinds: Sequence[str]
    holds: Tensor


def bias_and_class(split: Split) -> Concepts:
    """Return each value of each bias attribute, and each class, as a concept.

    The colours of a palette have its words; all else is called by its factor and number, such as "background 1".
    """
    names, kinds, holds = [], [], []
    for factor in (*split.bias, split.target):
        size = split.images.sizes[factor]
        names += [value_name(split, factor, value) for value in range(size)]
        kinds += [factor] * size
        holds.append(split.factor(factor) == torch.arange(size)[:, None])
    return Concepts(names, kinds, torch.cat(holds))


def value_name(split: Split, factor: str, value: int) -> str:
    """Return what a value of a factor is called: a word of the palette for a colour, else factor and number."""
    palette = getattr(split.images, "palette", None)
    return f"{factor} {value}" if palette is None or factor != "colour" else str(palette.words[value])


def strokes(split: Split) -> Concepts:
    """Return measured properties of the grey strokes, each held by the quarter of the images that have most of it.

    "Ink" is the mean brightness. A stroke's direction is read from the gradient's: of all gradient energy, the share
    that a direction has is the mean of (g · n)² over the image, where n is the normal of the stroke. "Rising" goes from
    lower left to upper right.

    Raises:
        UnsupportedError: it is not known where the object is.
    """
    grey = split.foreground().float() / 255
    down, right = torch.gradient(grey, dim=(1, 2))
    energy = (down.square() + right.square()).mean((1, 2)).clamp_min(1e-12)
    both = (down * right).mean((1, 2)) / energy  # positive: the normal points to lower right, so the stroke rises
    across = right.square().mean((1, 2)) / energy
    scores = torch.stack([grey.mean((1, 2)), across, 1 - across, both, -both])
    bars = scores.quantile(0.75, dim=1, keepdim=True)
    return Concepts(STROKES, ["stroke"] * len(STROKES), scores > bars)


def check_unbiased(split: Split) -> None:
    """Refuse images on which class and bias attribute give each other away: a feature's name would be a guess there.

    Raises:
        ValueError: `cramers_v` of class and bias attribute is above `DEPENDENT`, and not by luck.
    """
    pairs = split.labels * split.attributes + split.attribute
    table = torch.bincount(pairs, minlength=split.classes * split.attributes).view(split.classes, split.attributes)
    strength, luck = cramers_v(table)
    if strength > DEPENDENT and luck < ACCIDENT:
        right, chance = (float(x / table.sum()) for x in (table.amax(0).sum(), table.sum(1).max()))
        bias = " and ".join(split.bias)
        raise ValueError(
            f"{bias} tells the class of {right:.0%} of these images, guessing the commonest class that of {chance:.0%} "
            f"(Cramér's V {strength:.2f}, expected at most {DEPENDENT}), so no feature can be named after one of them: "
            f"pass images whose {bias} says nothing about the class, such as task.unbiased"
        )


def cramers_v(table: Tensor) -> tuple[float, float]:
    """Return how far two factors depend on each other, and how likely so much dependence is if they do not.

    Args:
        table: (R, C) counts of images for each pair of values.

    Returns:
        Cramér's V in [0, 1], corrected for what few images show by luck (Bergsma 2013, "A bias-correction for Cramér's
        V and Tschuprow's T"): about 0 for independent factors of any sizes, 1 if either gives the other away. And the
        p-value of Pearson's χ² test.
    """
    counts = table[table.sum(1) > 0][:, table.sum(0) > 0].double()
    (r, c), n = counts.shape, float(counts.sum())
    if min(r, c) < 2:
        return 0.0, 1.0  # what never varies says nothing
    expected = counts.sum(1, keepdim=True) * counts.sum(0) / n
    statistic = float(((counts - expected).square() / expected).sum())
    freedom = (r - 1) * (c - 1)
    by_luck = [(size - 1) ** 2 / (n - 1) for size in (r, c)]
    smaller = min(r - by_luck[0], c - by_luck[1]) - 1
    excess = max(0.0, statistic / n - freedom / (n - 1))
    strength = (excess / smaller) ** 0.5 if smaller > 0 else 0.0
    return min(1.0, strength), float(chi2.sf(statistic, freedom))
