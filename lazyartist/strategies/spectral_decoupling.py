"""Spectral decoupling: a penalty on the squared norm of the logits."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from lazyartist.knobs import knob
from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Batch, Strategy


@STRATEGIES.register("spectral_decoupling", source="Pezeshki et al. 2021, gradient starvation, arXiv:2011.09468")
@dataclass(frozen=True)
class SpectralDecoupling(Strategy):
    """Cross-entropy plus λ/2 ‖z‖² of the logits, so that the easy feature cannot starve the others of gradient.

    MNIST, simple_cnn, 2 epochs, n = 5: hard 19.8 ± 3.1 (rotated), 26.4 ± 2.2 (other); see results/cures.md.
    It harms at this budget, the more the larger λ: small logits suffice for the colour, and shape, which comes later,
    would need larger ones.

    Attributes:
        weight: λ.
    """

    weight: float = knob(0.01, low=0)

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        """Return CE + λ/2 × mean of the squared norm of the logits."""
        z: Tensor = model(batch.x)
        return cross_entropy(z, batch.y) + self.weight / 2 * z.square().sum(1).mean()
