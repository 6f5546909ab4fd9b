"""FGSM: one step along the sign of the gradient."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torch import Generator, nn

from lazyartist.attacks import ATTACKS
from lazyartist.attacks.criterion import TargetedConfidence
from lazyartist.attacks.fixed_epsilon import Best, FixedEpsilonAttack, LinfBall
from lazyartist.attacks.gradient import Loss, check_loss
from lazyartist.attacks.sign_ascent import sign_ascent


@ATTACKS.register("fgsm", source="Goodfellow et al. 2015, arXiv:1412.6572; targeted: Kurakin et al. 2017")
@dataclass(frozen=True)
class FGSM(FixedEpsilonAttack):
    """Move every pixel by ε towards the target, once.

    Attributes:
        loss: whose gradient: "cross_entropy", as in the paper, or the "margin" of success.
    """

    loss: Loss = "cross_entropy"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_loss(self.loss)

    def run(
        self, model: nn.Module, criterion: TargetedConfidence, ball: LinfBall, best: Best, generator: Generator
    ) -> None:
        """See `FixedEpsilonAttack`; nothing is drawn."""
        every = torch.arange(len(ball.images))
        sign_ascent(model, criterion, ball, best, every, ball.images, steps=1, step_size=1.0, loss=self.loss, wide=1.0)
