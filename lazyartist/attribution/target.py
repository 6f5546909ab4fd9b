"""What a map explains: one number an image, made of its logits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import torch

from torch import Tensor


# one class for all, one class an image, or a function from logits (B, classes) to scores (B,), each row by itself
Target: TypeAlias = int | Sequence[int] | Tensor | Callable[[Tensor], Tensor]


def scores(logits: Tensor, target: Target) -> Tensor:
    """Return (B,) the numbers to explain.

    Raises:
        ValueError: the model returns no logits (B, classes), a class is not there, there are not as many targets as
            images, or the function does not return one number an image.
    """
    if logits.ndim != 2:
        raise ValueError(f"the model's output has shape {tuple(logits.shape)}: expected logits (batch, classes)")
    if callable(target):
        found = target(logits)
        if not isinstance(found, Tensor) or found.shape != logits.shape[:1]:
            got = tuple(found.shape) if isinstance(found, Tensor) else type(found).__name__
            raise ValueError(f"the target function returned {got}: expected a tensor ({len(logits)},), one an image")
        return found
    wanted = torch.as_tensor(target)
    if wanted.is_floating_point() or wanted.shape not in ((), logits.shape[:1]):
        wish = f"target: expected a class, or {len(logits)} classes, one an image"
        raise ValueError(f"{wish}, got {tuple(wanted.shape)} {wanted.dtype}")
    if bool((wanted < 0).any()) or bool((wanted >= logits.shape[1]).any()):
        raise ValueError(f"target: expected classes from 0 to {logits.shape[1] - 1}, got {target!r}")
    return logits.gather(1, wanted.expand(len(logits))[:, None])[:, 0]


def of_rows(target: Target, index: Tensor) -> Target:
    """Return the target of the images at `index`, (B,) int64."""
    if callable(target) or isinstance(target, int):
        return target
    wanted = torch.as_tensor(target)
    return wanted[index] if wanted.ndim else wanted
