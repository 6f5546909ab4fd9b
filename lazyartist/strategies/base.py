"""The contract of a strategy: it declares what it uses, and is handed just that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from torch import Generator, Tensor, nn


if TYPE_CHECKING:
    from lazyartist.data.coloured import ColouredImages

Use = Literal[
    "colour_labels",  # a batch carries each image's colour
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
        generator: the only source of randomness a strategy may draw from.
    """

    x: Tensor
    y: Tensor
    colours: Tensor | None
    generator: Generator


@dataclass(frozen=True)
class Strategy:
    """A way to train. Subclasses are frozen dataclasses: their repr is their configuration.

    A strategy sees batches of the training split and nothing else; it cannot reach the hard split.
    """

    uses: ClassVar[frozenset[Use]] = frozenset()

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        """Return the scalar loss of one batch, to be minimised over the model's parameters."""
        raise NotImplementedError

    def satisfied(self, step: int, model: nn.Module, easy: ColouredImages) -> bool:
        """Say after a step whether to stop. Asked only of strategies that use "easy_split"."""
        raise NotImplementedError
