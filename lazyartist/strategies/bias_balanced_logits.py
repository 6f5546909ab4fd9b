"""Let the colour have its say beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Batch, Plan, Strategy, Use
from lazyartist.strategies.parts import count_pairs


if TYPE_CHECKING:
    from lazyartist.training.split import TrainingSplit


@STRATEGIES.register("bias_balanced_logits", source="Hong and Yang 2021, bias-balanced loss, NeurIPS 34")
@dataclass(frozen=True)
class BiasBalancedLogits(Strategy):
    """Cross-entropy of z + log p(y | colour), z alone being the answer: what the colour tells need not be learnt."""

    uses: ClassVar[frozenset[Use]] = frozenset({"colour_labels"})

    def plan(self, split: TrainingSplit) -> Plan:
        """Count p(y | colour), with one image more in every cell."""
        assert split.colours is not None
        n = count_pairs(split.labels, split.colours, split.classes) + 1
        prior = (n / n.sum(0)).log().T  # (colours, classes)

        def loss(model: nn.Module, batch: Batch) -> Tensor:
            return cross_entropy(model(batch.x) + prior[batch.colours], batch.y)

        return Plan(loss)
