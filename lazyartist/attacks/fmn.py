"""FMN, fast minimum norm: the smallest noise, found along the border of success."""

from __future__ import annotations

import math

from dataclasses import dataclass
from typing import Literal, get_args

import torch

from torch import Tensor, nn

from lazyartist.attacks import ATTACKS
from lazyartist.attacks.criterion import AttackResult, TargetedConfidence, check
from lazyartist.attacks.gradient import margin_and_gradient
from lazyartist.inference import evaluating
from lazyartist.knobs import check_knobs, knob


Norm = Literal["linf", "l2"]
TRUST, PATIENCE = 2.0, 10.0  # times the distance that a first ball reaches; steps after which it reaches twice as far
MOST = 200  # steps after which it has reached everywhere
WIDE = 0.15  # what a wider ball's steps are measured by
MOMENTUM = 0.3  # share of the old direction that is kept
POWER = 1 / 8  # of the gradient in L∞; its sign alone (0) and all of it (1) both ended in larger noise
NEAR = 1e-4  # a first ball is no smaller, however near the border seems
TINY = torch.finfo(torch.float32).tiny


@ATTACKS.register("fmn", source="Pintor et al. 2021, arXiv:2102.12827")
@dataclass(frozen=True)
class FMN:
    """Step towards success, project to a ball that shrinks where the try succeeds and grows where it does not.

    The border that is followed is that of `TargetedConfidence`: the confidence to reach, not the change of the answer.
    Before the first success, the ball reaches some way beyond the border of the margin's linear model, and ever
    further. (With the paper's ball, just up to there, 4 to 48 % of 48 digits found none in L2, on two networks.) Steps
    are measured in the ball's radius, so that a model which takes a tenth of the noise needs no other settings. The
    ball's first changes are large, like those of a bisection: the noise of the first success may be ten times too
    large. In L∞ a step goes along the eighth root of the gradient, its sign kept; momentum keeps some of the old
    direction.

    Attributes:
        norm: "linf", the largest change of a pixel, or "l2", the root of the sum of squares; `distance` is in it.
        steps: gradients that every image costs, two or more: the first one is that of the image itself.
        step_size: root mean square change of a pixel by the first step, in radii (in L2: of one pixel's share of it),
            or of 0.15 if the radius is larger; a cosine takes it to a hundredth of that.
        shrink: share of its radius that a ball loses or wins in the first step; a cosine takes it to a 300th.
    """

    norm: Norm = "linf"
    steps: int = knob(100, low=2, whole=True)
    step_size: float = knob(1.5, above=0)
    shrink: float = knob(0.7, above=0, below=1)

    def __post_init__(self) -> None:
        if self.norm not in get_args(Norm):
            raise ValueError(f"norm={self.norm!r}: expected one of {', '.join(get_args(Norm))}")
        check_knobs(self)

    def __call__(self, model: nn.Module, images: Tensor, criterion: TargetedConfidence) -> AttackResult:
        """Return for every image the success with the smallest noise; `distance` is infinite where nothing succeeded.

        Args:
            model: any classifier from images to logits; it is left as it was.
            images: (N, C, H, W) float32 in [0, 1].
            criterion: what counts as success.

        Raises:
            ValueError: see `check`.
        """
        check(model, images, criterion)
        images = images.detach().contiguous(memory_format=torch.channels_last)
        best, distance = images.clone(), torch.full((len(images),), torch.inf, dtype=images.dtype)
        radius, noise, direction = distance.clone(), torch.zeros_like(images), torch.zeros_like(images)
        pixels = 1.0 if self.norm == "linf" else math.sqrt(images[0].numel())
        with evaluating(model):
            for step in range(self.steps):
                x, size = images + noise, self._size(noise)
                margin, gradient = margin_and_gradient(model, x, criterion)
                success = margin > 0
                better = success & (size < distance)
                best[better], distance[better] = x[better], size[better]
                cosine = (1 + math.cos(math.pi * step / self.steps)) / 2
                shrink = self.shrink * (0.003 + 0.997 * cosine)
                away = (margin.abs() / self._dual(gradient).clamp_min(TINY)).clamp_min(NEAR)
                reach = TRUST * 2 ** (min(step, MOST) / PATIENCE) * away
                missed = torch.where(distance.isfinite(), radius * (1 + shrink), size + reach)
                radius = torch.where(success, torch.minimum(radius, distance) * (1 - shrink), missed)
                direction = MOMENTUM * direction + _of_size_one(gradient)
                length = self.step_size * (0.01 + 0.99 * cosine) * (radius / pixels).clamp_max(WIDE)
                noise = self._project(noise + length[:, None, None, None] * self._steepest(direction), radius)
                noise = (images + noise).clamp(0, 1) - images
        return AttackResult(best, distance.isfinite(), distance, torch.full((len(images),), self.steps))

    def _size(self, noise: Tensor) -> Tensor:
        return noise.abs().amax((1, 2, 3)) if self.norm == "linf" else noise.square().sum((1, 2, 3)).sqrt()

    def _dual(self, gradient: Tensor) -> Tensor:
        return gradient.abs().sum((1, 2, 3)) if self.norm == "linf" else gradient.square().sum((1, 2, 3)).sqrt()

    def _steepest(self, direction: Tensor) -> Tensor:
        if self.norm == "l2":
            return _of_size_one(direction)
        return _of_size_one(direction.abs().pow(POWER).copysign(direction))

    def _project(self, noise: Tensor, radius: Tensor) -> Tensor:
        if self.norm == "linf":
            return noise.clamp(-radius[:, None, None, None], radius[:, None, None, None])
        return noise * (radius / self._size(noise).clamp_min(TINY)).clamp_max(1)[:, None, None, None]


def _of_size_one(x: Tensor) -> Tensor:
    """Return each image's direction with a root mean square of one."""
    return x / x.square().mean((1, 2, 3), keepdim=True).sqrt().clamp_min(TINY)
