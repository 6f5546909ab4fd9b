"""The Square attack: random squares, kept if they help; it queries the model and needs no gradient."""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass

import torch

from torch import Generator, Tensor, nn

from lazyartist.attacks import ATTACKS
from lazyartist.attacks.criterion import TargetedConfidence
from lazyartist.attacks.fixed_epsilon import Best, FixedEpsilonAttack, LinfBall, signs
from lazyartist.knobs import knob


HALVED_AT = (10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000)  # of 10,000 queries, as in the paper


@ATTACKS.register("square", source="Andriushchenko et al. 2020, arXiv:1912.00049")
@dataclass(frozen=True)
class Square(FixedEpsilonAttack):
    """Move a square of one colour by ±ε, somewhere; keep it if the margin rose. It begins with vertical stripes.

    Where it succeeds and an attack by gradients fails, the gradients are masked.

    Attributes:
        queries: forward passes per image, at most.
        share: of the image that the first squares cover; it is halved nine times on the way.
    """

    queries: int = knob(5000, low=1, whole=True)
    share: float = knob(0.8, above=0, high=1)

    def run(
        self, model: nn.Module, criterion: TargetedConfidence, ball: LinfBall, best: Best, generator: Generator
    ) -> None:
        """See `FixedEpsilonAttack`."""
        n, channels, height, width = ball.images.shape
        at = torch.arange(n)
        x = ball.moved(at, signs((n, channels, 1, width), generator))
        with torch.no_grad():
            for query in range(1, self.queries + 1):
                best.offer(at, x, criterion.at(at).margin(model(x)))
                best.steps[at] += 1
                at = at[best.margin[at] <= 0]
                if not len(at):
                    break
                share = self.share / 2 ** bisect(HALVED_AT, 10_000 * query / self.queries)
                side = min(max(round((share * height * width) ** 0.5), 1), height, width)
                inside = _span(len(at), height, side, generator)[:, None, :, None]
                inside = inside & _span(len(at), width, side, generator)[:, None, None, :]
                colour = signs((len(at), channels, 1, 1), generator)
                x = torch.where(inside, ball.moved(at, colour), best.images[at])


def _span(n: int, length: int, side: int, generator: Generator) -> Tensor:
    """Return (n, length) bool, a run of `side` true ones at random in each row."""
    first = torch.randint(0, length - side + 1, (n, 1), generator=generator)
    place = torch.arange(length)
    return (place >= first) & (place < first + side)
