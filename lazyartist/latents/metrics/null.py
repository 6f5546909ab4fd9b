"""What a metric says when there is nothing to find: the same codes, with the factors of other images."""

from __future__ import annotations

from collections.abc import Callable

import torch

from torch import Tensor

from lazyartist.sae.validation import whole
from lazyartist.seeding import seed_from


def shuffled(factors: Tensor, seed: int = 0) -> Tensor:
    """Return the rows of factors (N, F) in another order: what factors tell of each other stays, of codes nothing."""
    generator = torch.Generator().manual_seed(seed_from("shuffled factors", seed))
    return factors[torch.randperm(len(factors), generator=generator)]


def null(metric: Callable[[Tensor], float], factors: Tensor, *, repeats: int = 20, seed: int = 0) -> Tensor:
    """Return what a metric says of shuffled factors, (repeats,) float64: a value that is no larger says nothing.

    `null(lambda v: mig(codes, v), factors)`. Where there are two sets of images, one to fit on and one to judge by,
    shuffle both, as in `null(lambda v: separability((codes, v), (others, shuffled(w))).sap, factors)`: a classifier of
    nothing points anywhere, and by true factors it can be all right or all wrong.

    Args:
        metric: a function of factors (N, F).
        factors: (N, F) int64.
        repeats: how often they are shuffled.
        seed: of the shuffling.

    Raises:
        ValueError: `repeats` is not a whole number from 1 on.
    """
    rounds = range(whole("repeats", repeats))
    return torch.tensor([metric(shuffled(factors, seed_from(seed, i))) for i in rounds], dtype=torch.float64)
