"""A lazy witness says what it sees; the network is asked for a second opinion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Batch, Plan, Strategy, Use
from lazyartist.strategies.erm import Erm
from lazyartist.strategies.parts import independence_weights
from lazyartist.strategies.views import jitter


if TYPE_CHECKING:
    from lazyartist.training.split import TrainingSplit


@STRATEGIES.register("second_opinion", source="this project")
@dataclass(frozen=True)
class SecondOpinion(Strategy):
    """Draw images so that the class tells nothing of what a lazy witness says, and move each a little.

    The witness is a three-layer network, whatever is trained, stopped so early that it reads colour and nothing else:
    it sorts the images by colour, though nobody told it any. Balance by its answers makes the few conflicting images
    nine tenths of the teaching; turning, moving and stretching keeps those few from being learnt by heart.

    Attributes:
        first: epochs of the witness's training.
    """

    uses: ClassVar[frozenset[Use]] = frozenset({"resampling", "augmentation"})
    first: float = 0.1

    def plan(self, split: TrainingSplit) -> Plan:
        """Ask the witness, and weigh each image by P(class) P(said) / P(class, said)."""
        logits, _ = split.answers(split.fit(Erm(), self.first, "simple_cnn"))
        return Plan(self.loss, independence_weights(split.labels, logits.argmax(1), split.classes))

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        """Return the cross-entropy of the moved images."""
        return cross_entropy(model(jitter(batch.x, batch.generator)), batch.y)
