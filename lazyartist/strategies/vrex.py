"""Variance risk extrapolation (V-REx)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor, nn

from lazyartist.knobs import knob
from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Batch, Plan, Strategy, TrainingSplit, Use
from lazyartist.strategies.groups import environment_weights, own_attribute
from lazyartist.strategies.losses import environment_risks


@STRATEGIES.register("vrex", source="Krueger et al. 2021, arXiv:2003.00688")
@dataclass(frozen=True)
class Vrex(Strategy):
    """Mean risk plus β times the variance of the risks, over two environments: aligned and conflicting images.

    Both environments are drawn equally often.

    MNIST, simple_cnn, 2 epochs, n = 5: hard 94.6 ± 0.4 (rotated), 94.5 ± 0.3 (other); see results/cures.md.

    Attributes:
        weight: β.
    """

    uses: ClassVar[frozenset[Use]] = frozenset({"bias_labels", "resampling"})
    weight: float = knob(1.0, low=0)

    def plan(self, split: TrainingSplit) -> Plan:
        """Find the environments; the loss is mean_e R_e + β Var_e R_e."""
        own = own_attribute(split.labels, split.attribute, split.classes, split.attributes)

        def loss(model: nn.Module, batch: Batch) -> Tensor:
            assert batch.attribute is not None
            risks, _ = environment_risks(model(batch.x), batch.y, batch.attribute == own[batch.y])
            return risks.mean() + self.weight * risks.var(correction=0)

        return Plan(loss, environment_weights(split.attribute == own[split.labels]))
