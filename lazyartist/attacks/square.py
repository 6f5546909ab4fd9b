"""Random squares: an attack that asks the model and needs no gradient."""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass

import torch

from torch import Generator, Tensor, nn

from lazyartist.attacks import ATTACKS
from lazyartist.attacks.fixed_epsilon import Best, Box, FixedEpsilonAttack, signs
from lazyartist.attacks.criterion import TargetedConfidence


HALVED_AT = (10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000)  # of 10,000 questions, as in the paper


@ATTACKS.register("square", source="Andriushchenko et al. 2020, arXiv:1912.00049")
@dataclass(frozen=True)
class Square(FixedEpsilonAttack):
    """Move a square of one colour by ±ε, somewhere; keep it if the margin rose. It begins with vertical stripes.

    Where it succeeds and an attack by gradients fails, the gradients are masked.

    Attributes:
        questions: forward passes an image may cost.
        share: of the image that the first squares cover; it is halved nine times on the way.
    """

    questions: int = 5000
    share: float = 0.8

    def __post_init__(self) -> None:
        if self.questions < 1 or not 0 < self.share <= 1:
            raise ValueError(f"{self}: expected one question or more, and a share of the image in (0, 1]")

    def run(self, model: nn.Module, goal: TargetedConfidence, box: Box, best: Best, generator: Generator) -> None:
        """See `FixedEpsilonAttack`."""
        n, channels, height, width = box.images.shape
        at = torch.arange(n)
        x = box.moved(at, signs((n, channels, 1, width), generator))
        with torch.no_grad():
            for question in range(1, self.questions + 1):
                best.offer(at, x, goal.at(at).margin(model(x)))
                best.steps[at] += 1
                at = at[best.margin[at] <= 0]
                if not len(at):
                    break
                share = self.share / 2 ** bisect(HALVED_AT, 10_000 * question / self.questions)
                side = min(max(round((share * height * width) ** 0.5), 1), height, width)
                inside = _span(len(at), height, side, generator)[:, None, :, None]
                inside = inside & _span(len(at), width, side, generator)[:, None, None, :]
                colour = signs((len(at), channels, 1, 1), generator)
                x = torch.where(inside, box.moved(at, colour), best.images[at])


def _span(n: int, length: int, side: int, generator: Generator) -> Tensor:
    """Return (n, length) bool, a run of `side` true ones at random in each row."""
    first = torch.randint(0, length - side + 1, (n, 1), generator=generator)
    place = torch.arange(length)
    return (place >= first) & (place < first + side)
