"""Relaxations of layers: interval bounds, and CROWN's linear bounds, of the output for bounds of the input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch

from torch import Tensor
from torch.nn.functional import fold, max_pool2d, one_hot, unfold


class Layer(Protocol):
    """One layer of a chain."""

    def apply(self, x: Tensor) -> Tensor:
        """Return its output (N, ...) for an input (N, ...)."""

    def interval(self, low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
        """Return bounds of the output for bounds of the input (interval bound propagation, arXiv:1810.12715)."""

    def back(self, weights: Tensor, low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
        """Return v (N, S, ...) and c (N, S) with weights · output ≥ v · input + c wherever low ≤ input ≤ high.

        `weights` (N, S, ...) are S linear functions of the output for each image (CROWN, arXiv:1811.00866).
        """


@dataclass(frozen=True, eq=False)
class Affine:
    """Anything of the form A x + b: what it does, |A| r for r ≥ 0, and the shape of one input."""

    apply: Callable[[Tensor], Tensor]
    spread: Callable[[Tensor], Tensor]
    shape: tuple[int, ...]

    def interval(self, low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
        """See `Layer`; exact for one layer."""
        middle, radius = self.apply((low + high) / 2), self.spread((high - low) / 2)
        return middle - radius, middle + radius

    def back(self, weights: Tensor, low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
        """See `Layer`; exact, wherever the input lies."""
        del low, high
        with torch.enable_grad():
            zero = torch.zeros(weights.shape[0] * weights.shape[1], *self.shape, dtype=weights.dtype).requires_grad_()
            at_zero = self.apply(zero)
            (transposed,) = torch.autograd.grad(at_zero, zero, weights.flatten(0, 1))
        return transposed.view(*weights.shape[:2], *self.shape), _inner(weights, at_zero.detach()[:1])


@dataclass(frozen=True, eq=False)
class Relu:
    """max(x, 0)."""

    def apply(self, x: Tensor) -> Tensor:
        """See `Layer`."""
        return x.relu()

    def interval(self, low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
        """See `Layer`."""
        return low.relu(), high.relu()

    def back(self, weights: Tensor, low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
        """See `Layer`; the chord from above, and from below 0 or x, whichever leaves the smaller triangle."""
        below, above = low.clamp_max(0), high.clamp_min(0)
        chord = above / (above - below).clamp_min(torch.finfo(low.dtype).tiny)
        floor = (high > -low).to(low.dtype)
        positive, negative = weights.clamp_min(0), weights.clamp_max(0)
        return positive * floor[:, None] + negative * chord[:, None], _inner(negative, -chord * below)


@dataclass(frozen=True, eq=False)
class MaxPool:
    """The largest value of each window, without padding."""

    size: tuple[int, int]
    stride: tuple[int, int]

    def apply(self, x: Tensor) -> Tensor:
        """See `Layer`."""
        return max_pool2d(x, self.size, self.stride)

    def interval(self, low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
        """See `Layer`."""
        return self.apply(low), self.apply(high)

    def back(self, weights: Tensor, low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
        """See `Layer`.

        From below the largest is no less than the value with the highest middle. From above it is at most the highest
        upper bound; or, with m the highest lower bound and x_k the value that has it, at most x_k plus what each other
        value may exceed m by, for which its chord stands. Each window takes the one that is lower in the middle.
        """
        lows, highs = self._windows(low), self._windows(high)  # (N, C, K, L)
        middles = (lows + highs) / 2
        count = lows.shape[2]
        m, owner = lows.max(2, keepdim=True)
        owns = _hot(owner, count, low.dtype)
        chord = (highs - m).clamp_min(0) / (highs - lows).clamp_min(torch.finfo(low.dtype).tiny)
        slope = torch.where(owns > 0, owns, chord)
        offset = -(chord * lows * (1 - owns)).sum(2, keepdim=True)
        ceiling = highs.amax(2, keepdim=True)
        flat = ceiling < (slope * middles).sum(2, keepdim=True) + offset
        slope, offset = slope.masked_fill(flat, 0.0), torch.where(flat, ceiling, offset)
        floor = _hot(middles.argmax(2, keepdim=True), count, low.dtype)
        w = weights.flatten(3)[:, :, :, None]  # (N, S, C, 1, L)
        inputs = w.clamp_min(0) * floor[:, None] + w.clamp_max(0) * slope[:, None]  # (N, S, C, K, L)
        folded = fold(inputs.flatten(0, 1).flatten(1, 2), low.shape[2:], self.size, stride=self.stride)
        return folded.view(*weights.shape[:2], *low.shape[1:]), _inner(w.clamp_max(0), offset)

    def _windows(self, x: Tensor) -> Tensor:
        windows = unfold(x, self.size, stride=self.stride)  # (N, C × K, L)
        return windows.view(*x.shape[:2], -1, windows.shape[2])


def _hot(index: Tensor, count: int, dtype: torch.dtype) -> Tensor:
    """Return (N, C, K, L), one where `index` (N, C, 1, L) says, zero elsewhere."""
    return one_hot(index[:, :, 0], count).movedim(-1, 2).to(dtype)


def _inner(weights: Tensor, x: Tensor) -> Tensor:
    """Return (N, S): the products of `weights` (N, S, ...) and `x` (N or 1, ...), summed."""
    return (weights * x[:, None]).flatten(2).sum(2)
