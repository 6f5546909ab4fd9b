"""Projected gradient descent with momentum and restarts."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torch import Generator, nn

from lazyartist.attacks import ATTACKS
from lazyartist.attacks.sign_ascent import sign_ascent
from lazyartist.attacks.fixed_epsilon import Best, Box, FixedEpsilonAttack
from lazyartist.attacks.gradient import Loss, check_loss
from lazyartist.attacks.criterion import TargetedConfidence


@ATTACKS.register("pgd", source="Madry et al. 2018, arXiv:1706.06083; momentum: Dong et al. 2018, arXiv:1710.06081")
@dataclass(frozen=True)
class PGD(FixedEpsilonAttack):
    """Start anywhere in the box, climb along the sign of a gradient with momentum, begin again elsewhere.

    An image leaves the batch when it succeeds, and only those that failed are started again.

    Attributes:
        steps: gradient steps of each start.
        step_size: of ε, or of 0.1 if ε is larger, for the first step; it falls linearly to a tenth of that.
        momentum: share of the old direction that is kept, in [0, 1].
        restarts: how often to begin, at least once.
        loss: "margin" of success, or "cross_entropy" of the target.
    """

    steps: int = 40
    step_size: float = 1.0
    momentum: float = 0.75
    restarts: int = 3
    loss: Loss = "margin"

    def __post_init__(self) -> None:
        if self.steps < 1 or self.restarts < 1 or not self.step_size > 0 or not 0 <= self.momentum <= 1:
            raise ValueError(f"{self}: expected positive steps, step size and restarts, and a momentum in [0, 1]")
        check_loss(self.loss)

    def run(self, model: nn.Module, goal: TargetedConfidence, box: Box, best: Best, generator: Generator) -> None:
        """See `FixedEpsilonAttack`."""
        left = torch.arange(len(box.images))
        for _ in range(self.restarts):
            start = box.random(left, generator)
            left = sign_ascent(
                model,
                goal,
                box,
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
