"""The lazy artist."""

from __future__ import annotations

import math

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from lazyartist.criteria import LAZY_EASY
from lazyartist.inference import predict
from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Use
from lazyartist.strategies.erm import Erm


if TYPE_CHECKING:
    from torch import nn

    from lazyartist.data.coloured import ColouredImages


@STRATEGIES.register("lazy")
@dataclass(frozen=True)
class Lazy(Erm):
    """Plain training that stops at the first look at the easy split that clears the exercise's 95 %.

    Laziness is a budget: the same network, trained on, learns shape too. See `lazyartist run budget`.

    Attributes:
        every: steps between looks.
    """

    uses: ClassVar[frozenset[Use]] = frozenset({"easy_split"})
    every: int = 20

    def __post_init__(self) -> None:
        if self.every < 1:
            raise ValueError(f"every={self.every}: expected a positive number of steps")

    def satisfied(self, step: int, model: nn.Module, easy: ColouredImages) -> bool:
        """Look every few steps; most looks end after the first part of the split, which is far from enough."""
        if step % self.every:
            return False
        bar = LAZY_EASY.threshold
        glance = easy.subset(slice(len(easy) // 10))
        # a tenth of the images settles most looks: if it is two standard errors short, the whole split is not asked
        short = 2 * math.sqrt(bar * (1 - bar) / len(glance))
        return _right(model, glance) > bar - short and LAZY_EASY.holds(_right(model, easy))


def _right(model: nn.Module, images: ColouredImages) -> float:
    return float((predict(model, images) == images.labels).float().mean())
