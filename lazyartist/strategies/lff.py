"""Learn from the failure of a partner that is biased on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Batch, Plan, Strategy
from lazyartist.strategies.losses import generalised_cross_entropy


if TYPE_CHECKING:
    from lazyartist.training.split import TrainingSplit


@STRATEGIES.register("lff", source="Nam et al. 2020, learning from failure, arXiv:2007.02561")
@dataclass(frozen=True)
class Lff(Strategy):
    """Weigh each image by CE_b / (CE_b + CE): what a partner trained with generalised cross-entropy finds hard.

    Both losses are running means of each image's own, divided by the largest of its class, as in the paper's code.

    Measured, percent. MNIST (simple_cnn, 2 epochs, n = 5): easy 89.9 ± 3.0, hard 82.7 ± 7.2 (rotated) and 82.2 ± 5.1
    (other); matched ERM 45.4 ± 3.5 and 49.3 ± 0.3. Fashion-MNIST (simple_cnn, 2 epochs, n = 5): easy 79.0 ± 1.7, hard
    74.4 ± 3.4 (rotated) and 68.9 ± 1.7 (other); matched ERM 63.8 ± 3.6 and 40.8 ± 3.6. It costs easy accuracy: the
    partner needs time to become biased, and until then the weights say little.

    Attributes:
        q: of the partner's generalised cross-entropy.
        memory: of the running means.
    """

    q: float = 0.7
    memory: float = 0.7

    def plan(self, split: TrainingSplit) -> Plan:
        """Train the partner along, and keep each image's running losses."""
        partner = split.network()
        running = torch.full((2, len(split.labels)), torch.nan)

        def loss(model: nn.Module, batch: Batch) -> Tensor:
            biased, z = partner(batch.x), model(batch.x)
            own = cross_entropy(z, batch.y, reduction="none")
            now = torch.stack([cross_entropy(biased, batch.y, reduction="none"), own]).detach()
            before = running[:, batch.index]
            running[:, batch.index] = torch.where(before.isnan(), now, self.memory * before + (1 - self.memory) * now)
            shares = running[:, batch.index] / self._largest(running, split.labels, split.classes)[:, batch.y]
            weight: Tensor = shares[0] / (shares.sum(0) + 1e-8)
            return (weight * own).mean() + generalised_cross_entropy(biased, batch.y, self.q).mean()

        return Plan(loss, modules=(partner,))

    @staticmethod
    def _largest(running: Tensor, labels: Tensor, classes: int) -> Tensor:
        index, seen = labels.expand(2, -1), running.nan_to_num(0)
        return torch.zeros(2, classes).scatter_reduce(1, index, seen, "amax").clamp_min(1e-8)
