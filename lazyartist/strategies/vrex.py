"""Equal risks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor, nn

from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Batch, Strategy, Use
from lazyartist.strategies.parts import environment_risks


@STRATEGIES.register("vrex", source="Krueger et al. 2021, arXiv:2003.00688")
@dataclass(frozen=True)
class Vrex(Strategy):
    """Mean risk plus β times the variance of the risks, over two environments: aligned and conflicting images.

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
