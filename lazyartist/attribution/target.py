"""What a map explains: one number per image, made of its logits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import torch

from torch import Tensor


# one class for all, one class per image, or a function from logits (B, classes) to scores (B,), each row by itself
Target: TypeAlias = int | Sequence[int] | Tensor | Callable[[Tensor], Tensor]


def scores(logits: Tensor, target: Target) -> Tensor:
    """Return (B,) the numbers to explain.

    Raises:
        ValueError: these are no logits (B, classes), a class is not there, there are not as many targets as images, or
            the function does not return one number per image.
    """
    if logits.ndim != 2:
        raise ValueError(f"the model's output has shape {tuple(logits.shape)}: expected logits (batch, classes)")
    if callable(target):
        values = target(logits)
        if not isinstance(values, Tensor) or values.shape != logits.shape[:1]:
            got = tuple(values.shape) if isinstance(values, Tensor) else type(values).__name__
            raise ValueError(f"the target function returned {got}: expected a tensor ({len(logits)},), one per image")
        return values
    try:
        classes = torch.as_tensor(target, device=logits.device)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(f"target: expected a class, or one per image, or a function, got {target!r}") from error
    if classes.is_floating_point() or classes.shape not in ((), logits.shape[:1]):
        wish = f"target: expected a class, or {len(logits)} classes, one per image"
        raise ValueError(f"{wish}, got {tuple(classes.shape)} {classes.dtype}")
    if bool((classes < 0).any()) or bool((classes >= logits.shape[1]).any()):
        raise ValueError(f"target: expected classes from 0 to {logits.shape[1] - 1}, got {target!r}")
    return logits.gather(1, classes.expand(len(logits))[:, None])[:, 0]


def of_rows(target: Target, index: Tensor) -> Target:
    """Return the target of the images at `index`, (B,) int64."""
    if callable(target) or isinstance(target, int):
        return target
    classes = torch.as_tensor(target)
    return classes[index.to(classes.device)] if classes.ndim else classes
