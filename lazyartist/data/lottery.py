"""Which image shows which value of a bias attribute: drawn so that it tells the class, or turned against it."""

from __future__ import annotations

from typing import Literal, get_args

import torch

from torch import Tensor

from lazyartist.data.images import Split
from lazyartist.seeding import seed_from


Conflict = Literal["all", "others"]
Hard = Literal["rotated", "other", "uniform"]


def lottery(labels: Tensor, classes: int, correlation: float, conflict: Conflict, generator: torch.Generator) -> Tensor:
    """Draw a value for every image: in `correlation` of each class's images its own, exact to the image.

    Args:
        labels: (N,) int64 in [0, classes); class k has the value k of its own.
        classes: how many there are.
        correlation: a share in [0, 1].
        conflict: what the rest draws from, as evenly as their number allows: "all" values, as in a lottery that
            ignores the class (so a tenth of the rest is aligned by luck), or the "others" only.
        generator: of the draw.

    Returns:
        (N,) int64 in [0, classes).

    Raises:
        ValueError: an argument is out of range, or a class has no images.
    """
    if not isinstance(correlation, (int, float)) or not 0 <= correlation <= 1:  # a NaN fails this too
        raise ValueError(f"correlation={correlation!r}: expected a share in [0, 1], such as 0.95")
    if conflict not in get_args(Conflict):
        raise ValueError(f"conflict={conflict!r}: expected 'all' or 'others'")
    values = labels.clone()
    for label in range(classes):
        members = (labels == label).nonzero()[:, 0]
        if len(members) == 0:
            raise ValueError(f"class {label} has no images: give every class of the palette one, or a smaller palette")
        rest = members[torch.randperm(len(members), generator=generator)[round(correlation * len(members)) :]]
        choice = torch.arange(classes) if conflict == "all" else torch.tensor([c for c in range(classes) if c != label])
        # whole rounds through the choice, then a random part of one: as even as the number allows
        rounds = torch.cat(
            [choice[torch.randperm(len(choice), generator=generator)] for _ in range(-(-len(rest) // len(choice)))]
            or [choice[:0]]
        )
        values[rest] = rounds[: len(rest)]
    return values


def swap(split: Split, hard: Hard, *, seed: int = 0, alone: str = "") -> Split:
    """Return the same images where the bias attribute is swapped; of several, each one, or one alone.

    "rotated": class c has the attribute value of class c + 5 (of half the classes further on, if there are not ten);
    "other": any value but its own; "uniform": any value at all. Several are drawn one by one, but rotated alike.

    Args:
        split: the images.
        hard: the way.
        seed: of what is drawn.
        alone: of several attributes, the one that is swapped; the others are the class's own then.

    Raises:
        ValueError: no such way to swap, or no such attribute.
        UnsupportedError: the images cannot be repainted.
    """
    generator = torch.Generator().manual_seed(seed_from("swap", hard, seed))
    n, classes = len(split), split.classes
    if alone and alone not in split.bias:
        raise ValueError(f"alone={alone!r}: expected one of {', '.join(split.bias)}")
    combined = torch.zeros(n, dtype=torch.int64)
    for name in split.bias:
        if hard == "rotated":
            offset = torch.full((n,), classes // 2)
        elif hard == "other":
            offset = torch.randint(1, classes, (n,), generator=generator)
        elif hard == "uniform":
            offset = torch.randint(0, classes, (n,), generator=generator)
        else:
            raise ValueError(f"hard={hard!r}: expected 'rotated', 'other' or 'uniform'")
        if alone not in ("", name):
            offset = torch.zeros_like(offset)
        combined = combined * classes + (split.labels + offset) % classes
    return split.with_attribute(combined)
