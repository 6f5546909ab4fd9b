"""What a feature has to be compared with: other directions of the same layer, and edits along them.

An edit takes vectors (N, D) to vectors (N, D), for `editing`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from torch import Tensor
from torch.nn.functional import normalize

from lazyartist.sae.validation import finite, finite_rows, whole
from lazyartist.seeding import seed_from
from lazyartist.statistics import auroc


Edit = Callable[[Tensor], Tensor]


def raw_channel(vectors: Tensor, holds: Tensor) -> tuple[int, Tensor]:
    """Return the channel that tells a concept best, up or down, and its unit direction (D,) towards it.

    Args:
        vectors: (N, D).
        holds: (N,) bool, which vectors have the concept.

    Raises:
        ValueError: the vectors are not finite, or all of them have the concept, or none.
    """
    _check(vectors, holds)
    scores = auroc(vectors, holds[None])[0] - 0.5
    channel = int(scores.abs().argmax())
    direction = torch.zeros(vectors.shape[1])
    direction[channel] = float(scores[channel].sign())
    return channel, direction


def difference_of_means(vectors: Tensor, holds: Tensor) -> Tensor:
    """Return the unit direction (D,) from the mean of the vectors without a concept to the mean of those with it.

    Raises:
        ValueError: the vectors are not finite, all of them have the concept, or none, or the means are the same.
    """
    _check(vectors, holds)
    difference = vectors[holds].double().mean(0) - vectors[~holds].double().mean(0)
    if not bool(difference.any()):
        raise ValueError("the means with and without the concept are the same: there is no direction between them")
    return normalize(difference, dim=0).float()


def random_directions(dimensions: int, n: int, seed: int = 0) -> Tensor:
    """Return n unit directions (n, D), even over the sphere.

    Raises:
        ValueError: `dimensions` or `n` is no whole number from 1 on.
    """
    generator = torch.Generator().manual_seed(seed_from("directions", seed))
    return normalize(torch.randn(whole("n", n), whole("dimensions", dimensions), generator=generator))


def random_features(living: Sequence[int], n: int, seed: int = 0) -> list[int]:
    """Return n different features out of the living; all directions have norm 1, so equal codes move equally far.

    Raises:
        ValueError: fewer than n are alive, or n is negative.
    """
    if whole("n", n, least=0) > len(living):
        raise ValueError(f"n={n}: only {len(living)} features are alive")
    generator = torch.Generator().manual_seed(seed_from("features", seed))
    return [living[i] for i in torch.randperm(len(living), generator=generator)[:n].tolist()]


def along(direction: Tensor, amount: float) -> Edit:
    """Return the edit that adds `amount` times a direction (D,).

    Raises:
        ValueError: the direction or the amount is not finite.
    """
    finite("amount", amount)
    finite_rows("direction", direction[None])
    return lambda vectors: vectors + amount * direction


def set_channels(channels: Sequence[int], values: Tensor) -> Edit:
    """Return the edit that sets channels to those of `values` (D,), such as the mean vector.

    Raises:
        ValueError: the values are not finite, or a channel is not one of theirs.
    """
    finite_rows("values", values[None])
    wanted = [whole("channels", channel, least=0) for channel in channels]
    if wanted and max(wanted) >= len(values):
        raise ValueError(f"channels={wanted}: there are only {len(values)} values, numbered from 0")

    def edit(vectors: Tensor) -> Tensor:
        changed = vectors.clone()
        changed[:, wanted] = values[wanted]
        return changed

    return edit


def _check(vectors: Tensor, holds: Tensor) -> None:
    finite_rows("vectors", vectors)
    if not isinstance(holds, Tensor) or holds.dtype != torch.bool or holds.shape != vectors.shape[:1]:
        got = f"{tuple(holds.shape)} {holds.dtype}" if isinstance(holds, Tensor) else f"a {type(holds).__name__}"
        raise ValueError(f"holds: expected ({len(vectors)},) bool, got {got}")
    if not 0 < int(holds.sum()) < len(holds):
        raise ValueError(f"{int(holds.sum())} of {len(holds)} vectors have the concept: expected some with, some not")
