"""Do not be so sure."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Batch, Strategy


@STRATEGIES.register("spectral_decoupling", source="Pezeshki et al. 2021, gradient starvation, arXiv:2011.09468")
@dataclass(frozen=True)
class SpectralDecoupling(Strategy):
    """Cross-entropy plus λ/2 ‖z‖² of the logits, so that the easy feature cannot starve the others of gradient.

    Attributes:
        weight: λ.
    """

    weight: float = 0.01

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        """Return CE + λ/2 × mean of the squared norm of the logits."""
        z: Tensor = model(batch.x)
        return cross_entropy(z, batch.y) + self.weight / 2 * z.square().sum(1).mean()
