"""The contract of a strategy: it declares what it uses, and is handed just that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from torch import Generator, Tensor, nn


if TYPE_CHECKING:
    from lazyartist.data.coloured import ColouredImages
    from lazyartist.training.split import TrainingSplit

Use = Literal[
    "colour_labels",  # a batch carries each image's colour
    "colour_prior",  # the strategy knows which directions in pixel space are colour, and repaints nothing
    "recolouring",  # the strategy itself repaints the images of its batches
    "augmentation",  # the strategy itself changes the images of its batches in ways that keep the class
    "resampling",  # the strategy chooses how often an image is seen
    "easy_split",  # the strategy looks at easy validation images to decide when to stop
    "unbiased_colours",  # the training images wear colours that say nothing: a ceiling, not a cure
]


@dataclass(frozen=True)
class Batch:
    """One step's images.

    Attributes:
        x: (B, 3, H, W) float32 in [0, 1].
        y: (B,) int64 classes.
        colours: (B,) int64 palette indices if the strategy uses "colour_labels", else None.
        index: (B,) int64, which images of the training split these are.
        progress: the share of the training that is done, in [0, 1).
        generator: the only source of randomness a strategy may draw from.
    """

    x: Tensor
    y: Tensor
    colours: Tensor | None
    index: Tensor
    progress: float
    generator: Generator


@dataclass(frozen=True)
class Plan:
    """One training of a strategy: what the loop needs, and what lasts from step to step.

    Attributes:
        loss: (network, batch) to the scalar to be minimised.
        weights: (N,) how often each image is drawn, relative to the others, with replacement; None for each image once
            an epoch. Needs "resampling".
        modules: what is trained along with the network by the same optimizer: a partner, a second head.
        finish: the last act, done to the trained network in evaluation mode.
    """

    loss: Callable[[nn.Module, Batch], Tensor]
    weights: Tensor | None = None
    modules: Sequence[nn.Module] = ()
    finish: Callable[[nn.Module], None] | None = None


@dataclass(frozen=True)
class Strategy:
    """A way to train. Subclasses are frozen dataclasses: their repr is their configuration.

    A strategy sees the training split and nothing else; it cannot reach the hard split. One that needs no memory
    overrides `loss`; one that has a first stage, a partner network, sampling weights or a last act overrides `plan`.
    """

    uses: ClassVar[frozenset[Use]] = frozenset()

    def plan(self, split: TrainingSplit) -> Plan:
        """Prepare one training on `split`; what lasts from step to step lives in what this returns."""
        del split
        return Plan(self.loss)

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        """Return the scalar loss of one batch, to be minimised over the model's parameters."""
        raise NotImplementedError

    def satisfied(self, step: int, model: nn.Module, easy: ColouredImages) -> bool:
        """Say after a step whether to stop. Asked only of strategies that use "easy_split"."""
        raise NotImplementedError
