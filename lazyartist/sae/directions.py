"""What a feature has to be compared with: other directions of the same layer, and edits along them.

An edit takes vectors (N, D) to vectors (N, D), for `editing`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from torch import Tensor
from torch.nn.functional import normalize

from lazyartist.sae.selectivity import auroc
from lazyartist.seeding import seed_from


Edit = Callable[[Tensor], Tensor]


def raw_channel(vectors: Tensor, holds: Tensor) -> tuple[int, Tensor]:
    """Return the channel that tells an attribute best, up or down, and its unit direction (D,) towards it.

    Args:
        vectors: (N, D).
        holds: (N,) bool.
    """
    scores = auroc(vectors, holds[None])[0] - 0.5
    channel = int(scores.abs().argmax())
    direction = torch.zeros(vectors.shape[1])
    direction[channel] = float(scores[channel].sign())
    return channel, direction


def difference_of_means(vectors: Tensor, holds: Tensor) -> Tensor:
    """Return the unit direction (D,) from the mean of the vectors without an attribute to the mean of those with it.

    Raises:
        ValueError: all vectors have the attribute, or none, or the means are the same.
    """
    if not 0 < int(holds.sum()) < len(holds):
        raise ValueError(f"{int(holds.sum())} of {len(holds)} vectors have the attribute: expected some with, some not")
    difference = vectors[holds].double().mean(0) - vectors[~holds].double().mean(0)
    if not bool(difference.any()):
        raise ValueError("the means with and without the attribute are the same: there is no direction between them")
    return normalize(difference, dim=0).float()


def random_directions(dimensions: int, n: int, seed: int = 0) -> Tensor:
    """Return n unit directions (n, D), even over the sphere."""
    generator = torch.Generator().manual_seed(seed_from("directions", seed))
    return normalize(torch.randn(n, dimensions, generator=generator))


def random_features(living: Sequence[int], n: int, seed: int = 0) -> list[int]:
    """Return n different features out of the living; all directions have norm 1, so equal codes move equally far.

    Raises:
        ValueError: fewer than n are alive.
    """
    if n > len(living):
        raise ValueError(f"n={n}: only {len(living)} features are alive")
    generator = torch.Generator().manual_seed(seed_from("features", seed))
    return [living[i] for i in torch.randperm(len(living), generator=generator)[:n].tolist()]


def along(direction: Tensor, amount: float) -> Edit:
    """Return the edit that adds `amount` times a direction (D,)."""
    return lambda vectors: vectors + amount * direction


def set_channels(channels: Sequence[int], values: Tensor) -> Edit:
    """Return the edit that sets channels to those of `values` (D,), such as the mean vector."""
    wanted = list(channels)

    def edit(vectors: Tensor) -> Tensor:
        changed = vectors.clone()
        changed[:, wanted] = values[wanted]
        return changed

    return edit
