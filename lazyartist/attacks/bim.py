"""Iterated sign steps inside a box."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torch import Generator, nn

from lazyartist.attacks import ATTACKS
from lazyartist.attacks.sign_ascent import sign_ascent
from lazyartist.attacks.fixed_epsilon import Best, Box, FixedEpsilonAttack
from lazyartist.attacks.criterion import TargetedConfidence


@ATTACKS.register("bim", source="Kurakin et al. 2017, arXiv:1607.02533; Madry et al. 2018, arXiv:1706.06083")
@dataclass(frozen=True)
class BIM(FixedEpsilonAttack):
    """Step along the sign of the margin's gradient, clip to less than ±ε, clamp to [0, 1], stop once it succeeded.

    An image leaves the batch when it succeeds; one that never does keeps its best try.

    Attributes:
        steps: gradient steps an image may cost.
        step_size: of ε, or of 0.1 if ε is larger, for the first step; it falls linearly to a tenth of that.
        random_start: start anywhere in the box instead of at the image.
    """

    steps: int = 40
    step_size: float = 1.0
    random_start: bool = True

    def __post_init__(self) -> None:
        if self.steps < 1 or not self.step_size > 0:
            raise ValueError(f"{self}: steps and step size must be positive")

    def run(self, model: nn.Module, goal: TargetedConfidence, box: Box, best: Best, generator: Generator) -> None:
        """See `FixedEpsilonAttack`."""
        everyone = torch.arange(len(box.images))
        start = box.random(everyone, generator) if self.random_start else box.images
        sign_ascent(model, goal, box, best, everyone, start, steps=self.steps, step_size=self.step_size)
