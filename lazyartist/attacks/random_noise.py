"""Noise without aim: what any attack must beat."""

from __future__ import annotations

import math

from dataclasses import dataclass

import torch

from torch import Generator, nn

from lazyartist.attacks import ATTACKS
from lazyartist.attacks.fixed_epsilon import Best, Box, FixedEpsilonAttack, signs
from lazyartist.attacks.criterion import TargetedConfidence
from lazyartist.inference import BATCH


@ATTACKS.register("random_noise", source="a check of Carlini et al. 2019, arXiv:1902.06705")
@dataclass(frozen=True)
class RandomNoise(FixedEpsilonAttack):
    """Move every pixel by ε up or down at random, many times: corners of the box, where noise is largest.

    Attributes:
        tries: forward passes an image may cost; they are made many at a time.
    """

    tries: int = 10_000

    def __post_init__(self) -> None:
        if self.tries < 1:
            raise ValueError(f"tries={self.tries!r}: expected one or more")

    def run(self, model: nn.Module, goal: TargetedConfidence, box: Box, best: Best, generator: Generator) -> None:
        """See `FixedEpsilonAttack`."""
        at, left = torch.arange(len(box.images)), self.tries
        with torch.no_grad():
            while left and len(at):
                times = min(left, math.ceil(BATCH / len(at)))
                many = at.repeat_interleave(times)
                x = box.moved(many, signs((len(many), *box.images.shape[1:]), generator))
                margin, which = goal.at(many).margin(model(x)).view(len(at), times).max(1)
                best.offer(at, x[torch.arange(len(at)) * times + which], margin)
                best.steps[at] += times
                left -= times
                at = at[best.margin[at] <= 0]
