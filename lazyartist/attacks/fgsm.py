"""One step along the sign of the gradient."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torch import Generator, nn

from lazyartist.attacks import ATTACKS
from lazyartist.attacks.ascent import ascend
from lazyartist.attacks.box import Best, Box, InBox
from lazyartist.attacks.slope import Loss, check_loss
from lazyartist.attacks.success import Confident


@ATTACKS.register("fgsm", source="Goodfellow et al. 2015, arXiv:1412.6572; targeted: Kurakin et al. 2017")
@dataclass(frozen=True)
class FGSM(InBox):
    """Move every pixel by ε towards the target, once.

    Attributes:
        loss: whose gradient: "cross_entropy", as in the paper, or the "margin" of success.
    """

    loss: Loss = "cross_entropy"

    def __post_init__(self) -> None:
        check_loss(self.loss)

    def run(self, model: nn.Module, goal: Confident, box: Box, best: Best, generator: Generator) -> None:
        """See `InBox`; nothing is drawn."""
        everyone = torch.arange(len(box.images))
        ascend(model, goal, box, best, everyone, box.images, steps=1, step_size=1.0, loss=self.loss, wide=1.0)
