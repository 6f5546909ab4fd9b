"""Focal reweighting."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn.functional import log_softmax

from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Batch, Strategy


@STRATEGIES.register("focal", source="Lin et al. 2017, arXiv:1708.02002")
@dataclass(frozen=True)
class Focal(Strategy):
    """Weigh each image by (1 − p_y)^γ, so that what the shortcut already solves stops teaching.

    Measured on MNIST (simple_cnn, 4 epochs, n = 3), percent: hard, rotated 80.2 ± 4.1 and hard, other 81.5 ± 0.8, where
    matched ERM has 75.8 ± 1.8 and 78.2 ± 3.4. It helps a little: most of what it reaches, longer training reaches too.

    Attributes:
        gamma: how fast the weight falls with confidence; the paper's 2.
    """

    gamma: float = 2.0

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        """Return the mean of −(1 − p_y)^γ log p_y."""
        log_p = log_softmax(model(batch.x), dim=1).gather(1, batch.y[:, None])[:, 0]  # (B,)
        return (-((1 - log_p.exp()) ** self.gamma) * log_p).mean()
