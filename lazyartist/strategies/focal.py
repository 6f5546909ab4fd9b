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

    Measured, percent. MNIST (simple_cnn, 2 epochs, n = 5): easy 98.0 ± 0.1, hard 58.9 ± 4.1 (rotated) and 59.6 ± 2.9
    (other); matched ERM 45.4 ± 3.5 and 49.3 ± 0.3. Fashion-MNIST (simple_cnn, 2 epochs, n = 5): easy 97.3 ± 0.2, hard
    66.9 ± 2.3 (rotated) and 44.7 ± 3.6 (other); matched ERM 63.8 ± 3.6 and 40.8 ± 3.6. It helps a little: what the
    shortcut solves weighs less, but still outnumbers the rest by far.

    Attributes:
        gamma: how fast the weight falls with confidence; the paper's 2.
    """

    gamma: float = 2.0

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        """Return the mean of −(1 − p_y)^γ log p_y."""
        log_p = log_softmax(model(batch.x), dim=1).gather(1, batch.y[:, None])[:, 0]  # (B,)
        return (-((1 - log_p.exp()) ** self.gamma) * log_p).mean()
