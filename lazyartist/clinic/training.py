"""What cases and remedies train their small networks with: first weights, order and learning rate from a seed."""

from __future__ import annotations

import math

from collections.abc import Callable, Iterator
from typing import TypeVar

import torch

from torch import Tensor, nn

from lazyartist.seeding import seed_from


Net = TypeVar("Net", bound=nn.Module)


def generator_of(*names: object) -> torch.Generator:
    """Return a generator whose numbers depend on `names` and on nothing else: ("order", "teacher", seed)."""
    return torch.Generator().manual_seed(seed_from(*names))


def fresh(make: Callable[[], Net], *names: object) -> Net:
    """Return a network whose first weights depend on `names` alone; torch's global generator stays as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_from(*names))
        return make()


def batches(n: int, size: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Yield indices of batches for ever: each of `n` things once before any comes twice, in a new order each time."""
    rest = torch.empty(0, dtype=torch.long)
    while True:
        while len(rest) < size:
            rest = torch.cat([rest, torch.randperm(n, generator=generator)])
        yield rest[:size]
        rest = rest[size:]


def cosine(peak: float) -> Callable[[float], float]:
    """Return a learning rate that falls from `peak` to 0 along half a cosine, for `descend`."""
    return lambda done: peak * (1 + math.cos(math.pi * done)) / 2


def one_cycle(peak: float, warm: float = 0.3) -> Callable[[float], float]:
    """Return a learning rate that rises from a twenty-fifth of `peak` in the share `warm`, then falls to almost 0.

    Source: Smith and Topin 2017, arXiv:1708.07120.
    """

    def rate(done: float) -> float:
        if done < warm:
            return peak * (1 + 24 * (1 - math.cos(math.pi * done / warm)) / 2) / 25
        return peak * (1 + math.cos(math.pi * (done - warm) / (1 - warm))) / 2

    return rate
