"""The loop of all attacks that climb a gradient inside a ball."""

from __future__ import annotations

import torch

from torch import Tensor, nn

from lazyartist.attacks.criterion import TargetedConfidence
from lazyartist.attacks.fixed_epsilon import Best, LinfBall
from lazyartist.attacks.gradient import Loss, margin_and_gradient


LAST_STEP = 0.1  # of the first
WIDE = 0.1  # what a wider ball's steps are measured by: a gradient says nothing of what lies far off


def sign_ascent(
    model: nn.Module,
    criterion: TargetedConfidence,
    ball: LinfBall,
    best: Best,
    at: Tensor,
    start: Tensor,
    *,
    steps: int,
    step_size: float,
    momentum: float = 0.0,
    loss: Loss = "margin",
    wide: float = WIDE,
) -> Tensor:
    """Step along the sign of the gradient; return the indices of the images that did not succeed.

    Args:
        model: in evaluation mode.
        criterion: what counts as success, for the whole batch.
        ball: where to stay.
        best: where tries are offered and gradient steps are counted.
        at: (A,) the images to attack; one that succeeds leaves.
        start: (A, C, H, W), where they begin.
        steps: gradient steps per image, at most.
        step_size: of ε, for the first step; the size falls linearly towards a tenth of that.
        momentum: share of the old direction that is kept, each gradient counted by its mean size (MI-FGSM).
        loss: what is climbed; success is always the margin's.
        wide: the ε that steps in wider boxes are measured by.
    """
    x, direction = start, torch.zeros_like(start)
    for step in range(steps):
        margin, gradient = margin_and_gradient(model, x, criterion.at(at), loss)
        best.offer(at, x, margin)
        going = ~(margin > 0)  # a margin that is NaN is no success
        if not bool(going.any()):
            return at[going]
        at, x, gradient, direction = at[going], x[going], gradient[going], direction[going]
        tiny = torch.finfo(gradient.dtype).tiny
        direction = momentum * direction + gradient / gradient.abs().mean((1, 2, 3), keepdim=True).clamp_min(tiny)
        size = step_size * (1 - (1 - LAST_STEP) * step / steps)
        x = ball.clip(x + size * ball.radius[at].clamp_max(wide) * direction.sign(), at)
        best.steps[at] += 1
    with torch.no_grad():
        margin = criterion.at(at).margin(model(x))
    best.offer(at, x, margin)
    return at[~(margin > 0)]
