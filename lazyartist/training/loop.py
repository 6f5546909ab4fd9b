"""The one training loop: everything that is trained by gradients descends here."""

from __future__ import annotations

import math

from collections.abc import Callable, Iterable, Iterator

import torch

from torch import Tensor


def descend(
    loss: Callable[[int], Tensor],
    parameters: Iterable[Tensor],
    *,
    steps: int,
    learning_rate: Callable[[float], float],
    betas: tuple[float, float] = (0.9, 0.999),
    after: Callable[[int], bool | None] | None = None,
    name: str = "the model",
) -> int:
    """Minimise a loss by Adam and return how many steps were made.

    Args:
        loss: step, from 0 on, to the scalar to be minimised.
        parameters: what is moved.
        steps: how many at most.
        learning_rate: the share of the training that is done, in [0, 1), to the learning rate.
        betas: of Adam.
        after: called after each step with its number; it stops the training by returning True.
        name: what is trained, for messages.

    Raises:
        TypeError: the loss is no scalar tensor, or none of the parameters decides it.
        FloatingPointError: the loss is not finite; names what was trained and the step.
    """
    optimizer = torch.optim.Adam(list(parameters), learning_rate(0.0), betas=betas, fused=True)
    for step in range(steps):
        value = loss(step)
        if not isinstance(value, Tensor) or value.ndim or not value.requires_grad:
            raise TypeError(f"{name} has a loss that cannot be minimised: {_said_of(value)}, expected a scalar tensor")
        if not math.isfinite(value.item()):
            raise FloatingPointError(f"{name} has a loss of {value.item()} at step {step + 1}: lower the learning rate")
        optimizer.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step / steps)
        optimizer.step()
        if after is not None and after(step + 1):
            steps = step + 1
            break
    optimizer.zero_grad()
    return steps


def _said_of(value: object) -> str:
    """Return in words what came instead of a loss."""
    if not isinstance(value, Tensor):
        return f"{value!r} of type {type(value).__name__}"
    if value.ndim:
        return f"a tensor of shape {tuple(value.shape)}"
    return "one that no weight decides, such as a detached one"


def batches(n: int, size: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Yield indices of batches for ever: each of `n` things once before any comes twice, in a new order each time."""
    rest = torch.empty(0, dtype=torch.long)
    while True:
        while len(rest) < size:
            rest = torch.cat([rest, torch.randperm(n, generator=generator)])
        yield rest[:size]
        rest = rest[size:]
