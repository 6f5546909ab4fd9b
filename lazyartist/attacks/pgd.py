"""Projected gradient descent with momentum and restarts."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torch import Generator, nn

from lazyartist.attacks import ATTACKS
from lazyartist.attacks.criterion import TargetedConfidence
from lazyartist.attacks.fixed_epsilon import Best, FixedEpsilonAttack, LinfBall
from lazyartist.attacks.gradient import Loss, check_loss
from lazyartist.attacks.sign_ascent import sign_ascent
from lazyartist.knobs import knob


@ATTACKS.register("pgd", source="Madry et al. 2018, arXiv:1706.06083; momentum: Dong et al. 2018, arXiv:1710.06081")
@dataclass(frozen=True)
class PGD(FixedEpsilonAttack):
    """Start anywhere in the ball, climb along the sign of a gradient with momentum, begin again elsewhere.

    An image leaves the batch when it succeeds, and only those that failed are started again.

    Attributes:
        steps: gradient steps of each start.
        step_size: of ε, or of 0.1 if ε is larger, for the first step; it falls linearly to a tenth of that.
        momentum: share of the old direction that is kept, in [0, 1].
        restarts: how often to begin, at least once.
        loss: "margin" of success, or "cross_entropy" of the target.
    """

    steps: int = knob(40, low=1, whole=True)
    step_size: float = knob(1.0, above=0)
    momentum: float = knob(0.75, low=0, high=1)
    restarts: int = knob(3, low=1, whole=True)
    loss: Loss = "margin"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_loss(self.loss)

    def run(
        self, model: nn.Module, criterion: TargetedConfidence, ball: LinfBall, best: Best, generator: Generator
    ) -> None:
        """See `FixedEpsilonAttack`."""
        left = torch.arange(len(ball.images))
        for _ in range(self.restarts):
            start = ball.random(left, generator)
            left = sign_ascent(
                model,
                criterion,
                ball,
                best,
                left,
                start,
                steps=self.steps,
                step_size=self.step_size,
                momentum=self.momentum,
                loss=self.loss,
            )
            if not len(left):
                break
