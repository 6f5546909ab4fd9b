"""Equal risks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor, nn

from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Batch, Strategy, Use
from lazyartist.strategies.losses import environment_risks


@STRATEGIES.register("vrex", source="Krueger et al. 2021, arXiv:2003.00688")
@dataclass(frozen=True)
class Vrex(Strategy):
    """Mean risk plus β times the variance of the risks, over two environments: aligned and conflicting images.

    Measured, percent. MNIST (simple_cnn, 2 epochs, n = 5): easy 95.0 ± 0.8, hard 88.3 ± 3.0 (rotated) and 88.3 ± 1.6
    (other); matched ERM 45.4 ± 3.5 and 49.3 ± 0.3. Fashion-MNIST (simple_cnn, 2 epochs, n = 5): easy 88.0 ± 1.9, hard
    76.2 ± 1.8 (rotated) and 69.3 ± 1.1 (other); matched ERM 63.8 ± 3.6 and 40.8 ± 3.6. It costs some easy accuracy: the
    conflicting images, three in a batch of 64, weigh as much as all others.

    Attributes:
        weight: β.
    """

    uses: ClassVar[frozenset[Use]] = frozenset({"colour_labels"})
    weight: float = 1.0

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        """Return mean_e R_e + β Var_e R_e."""
        assert batch.colours is not None
        risks, _ = environment_risks(model(batch.x), batch.y, batch.colours)
        return risks.mean() + self.weight * risks.var(correction=0)
