"""BIM, also called I-FGSM: iterated steps along the sign of the gradient, within ±ε."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torch import Generator, nn

from lazyartist.attacks import ATTACKS
from lazyartist.attacks.criterion import TargetedConfidence
from lazyartist.attacks.fixed_epsilon import Best, FixedEpsilonAttack, LinfBall
from lazyartist.attacks.sign_ascent import sign_ascent
from lazyartist.knobs import knob


@ATTACKS.register("bim", source="Kurakin et al. 2017, arXiv:1607.02533; Madry et al. 2018, arXiv:1706.06083")
@dataclass(frozen=True)
class BIM(FixedEpsilonAttack):
    """Step along the sign of the margin's gradient, clip to less than ±ε, clamp to [0, 1], stop once it succeeded.

    An image leaves the batch when it succeeds; one that never does keeps its best try.

    Attributes:
        steps: gradient steps per image, at most.
        step_size: of ε, or of 0.1 if ε is larger, for the first step; it falls linearly to a tenth of that.
        random_start: start anywhere in the ball instead of at the image.
    """

    steps: int = knob(40, low=1, whole=True)
    step_size: float = knob(1.0, above=0)
    random_start: bool = True

    def run(
        self, model: nn.Module, criterion: TargetedConfidence, ball: LinfBall, best: Best, generator: Generator
    ) -> None:
        """See `FixedEpsilonAttack`."""
        every = torch.arange(len(ball.images))
        start = ball.random(every, generator) if self.random_start else ball.images
        sign_ascent(model, criterion, ball, best, every, start, steps=self.steps, step_size=self.step_size)
