"""What cases and remedies train their small networks with: first weights, order and learning rate from a seed."""

from __future__ import annotations

import math

from collections.abc import Callable, Iterable
from typing import TypeVar

import torch

from torch import Tensor, nn

from lazyartist.seeding import seed_from
from lazyartist.training.loop import batches, descend


Net = TypeVar("Net", bound=nn.Module)


def generator_of(*names: object) -> torch.Generator:
    """Return a generator whose numbers depend on `names` and on nothing else: ("order", "teacher", seed)."""
    return torch.Generator().manual_seed(seed_from(*names))


def fresh(make: Callable[[], Net], *names: object) -> Net:
    """Return a network whose first weights depend on `names` alone; torch's global generator stays as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_from(*names))
        return make()


def descend_on(
    n: int,
    loss: Callable[[Tensor], Tensor],
    parameters: Iterable[Tensor],
    *,
    batch: int,
    steps: int,
    rate: Callable[[float], float],
    generator: torch.Generator,
    name: str,
) -> None:
    """Minimise a loss over batches of n things, each of which comes once before any comes twice.

    Args:
        n: how many things there are.
        loss: which of them, (B,) int64, to the scalar to be minimised.
        parameters: what is moved.
        batch: things per step.
        steps: how many.
        rate: see `descend`, as for the name.
        generator: of the order.
        name: what is trained.
    """
    order = batches(n, batch, generator)
    descend(lambda _: loss(next(order)), parameters, steps=steps, learning_rate=rate, name=name)


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
