"""Random noise of size ε: the baseline that any attack must beat."""

from __future__ import annotations

import math

from dataclasses import dataclass

import torch

from torch import Generator, nn

from lazyartist.attacks import ATTACKS
from lazyartist.attacks.criterion import TargetedConfidence
from lazyartist.attacks.fixed_epsilon import Best, FixedEpsilonAttack, LinfBall, signs
from lazyartist.inference import BATCH
from lazyartist.knobs import knob


@ATTACKS.register("random_noise", source="a check of Carlini et al. 2019, arXiv:1902.06705")
@dataclass(frozen=True)
class RandomNoise(FixedEpsilonAttack):
    """Move every pixel by ε up or down at random, many times: corners of the ball, where noise is largest.

    Attributes:
        queries: forward passes per image, at most; they are made many at a time.
    """

    queries: int = knob(10_000, low=1, whole=True)

    def run(
        self, model: nn.Module, criterion: TargetedConfidence, ball: LinfBall, best: Best, generator: Generator
    ) -> None:
        """See `FixedEpsilonAttack`."""
        at, left = torch.arange(len(ball.images)), self.queries
        with torch.no_grad():
            while left and len(at):
                times = min(left, math.ceil(BATCH / len(at)))
                many = at.repeat_interleave(times)
                x = ball.moved(many, signs((len(many), *ball.images.shape[1:]), generator))
                margin, which = criterion.at(many).margin(model(x)).view(len(at), times).max(1)
                best.offer(at, x[torch.arange(len(at)) * times + which], margin)
                best.steps[at] += times
                left -= times
                at = at[best.margin[at] <= 0]
