"""ReLU with an L1 penalty: the first sparse autoencoder."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from lazyartist.knobs import knob
from lazyartist.sae import SAES
from lazyartist.sae.base import Step, Variant, Weights


@SAES.register("relu_l1", source="Bricken et al. 2023, Towards Monosemanticity")
@dataclass(frozen=True)
class ReluL1(Variant):
    """ReLU, with a penalty on the sum of the code: simple, and every code is shrunk a little.

    Attributes:
        strength: of the penalty, for vectors of mean square 1; it is reached after a tenth of the training, since a
            penalty from the first step kills features.
    """

    strength: float = knob(0.03, low=0)

    def encode(self, weights: Weights, before: Tensor, *, training: bool = False) -> Tensor:
        """Cut off what is negative."""
        del weights, training
        return before.relu()

    def extra_loss(self, weights: Weights, step: Step) -> Tensor:
        """Return the penalty, (S,): directions have norm 1, so the sum of a code can't hide in them."""
        del weights
        return self.strength * min(1.0, 10 * step.progress) * step.z.sum(2).mean(1)
