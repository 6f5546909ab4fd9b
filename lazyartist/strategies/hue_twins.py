"""Two views of every image, in any colours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch

from torch import Tensor, nn
from torch.nn.functional import log_softmax, nll_loss

from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Batch, Strategy, Use
from lazyartist.strategies.parts import divergence
from lazyartist.strategies.views import jitter, turn_hues


@STRATEGIES.register("hue_twins", source="this project")
@dataclass(frozen=True)
class HueTwins(Strategy):
    """Learn from two views of every image, each moved a little and with its hues turned, and agree on them.

    Attributes:
        weight: of the divergence between the answers to the two views.
    """

    uses: ClassVar[frozenset[Use]] = frozenset({"recolouring", "augmentation"})
    weight: float = 1.0

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        """Return the mean cross-entropy of both views + weight × their symmetric divergence."""
        views = [jitter(turn_hues(batch.x, batch.generator), batch.generator) for _ in range(2)]
        log_p = log_softmax(model(torch.cat(views)), dim=1)
        return nll_loss(log_p, batch.y.repeat(2)) + self.weight * divergence(*log_p.chunk(2))
