"""Believe what is easy."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Batch, Strategy
from lazyartist.strategies.parts import generalised_cross_entropy


@STRATEGIES.register("generalised_cross_entropy", source="Zhang and Sabuncu 2018, arXiv:1805.07836")
@dataclass(frozen=True)
class GeneralisedCrossEntropy(Strategy):
    """Train on (1 − p_y^q) / q, which stands up to wrong labels by not listening to what contradicts.

    Here what contradicts is right, so this makes the shortcut worse. Other strategies train a partner with it for just
    that reason.

    Attributes:
        q: 0 is the cross-entropy, 1 the mean absolute error; the paper's 0.7.
    """

    q: float = 0.7

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        """Return the mean generalised cross-entropy."""
        return generalised_cross_entropy(model(batch.x), batch.y, self.q).mean()
