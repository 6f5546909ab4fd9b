"""The contract of a strategy: it declares what it uses, and is handed just that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol

from torch import Generator, Tensor, nn

from lazyartist.knobs import check_knobs


if TYPE_CHECKING:
    from lazyartist.data.images import Split
    from lazyartist.training.budget import Budget

Use = Literal[
    "bias_labels",  # a batch carries the value of each image's bias attribute, such as its colour
    "colour_prior",  # the strategy knows which directions in pixel space are colour, and repaints nothing
    "recolouring",  # the strategy itself repaints the images of its batches
    "augmentation",  # the strategy itself changes the images of its batches in ways that keep the class
    "resampling",  # the strategy chooses how often an image is seen
    "easy_split",  # the strategy looks at easy validation images to decide when to stop
    "unbiased_split",  # the training images have attributes that say nothing of the class: a ceiling, not a cure
]


@dataclass(frozen=True)
class Batch:
    """One step's images.

    Attributes:
        x: (B, 3, H, W) float32 in [0, 1].
        y: (B,) int64 classes.
        attribute: (B,) int64, the bias attribute's values, if the strategy uses "bias_labels", else None.
        index: (B,) int64, which images of the training split these are.
        progress: the share of the training that is done, in [0, 1).
        generator: the only source of randomness a strategy may draw from.
    """

    x: Tensor
    y: Tensor
    attribute: Tensor | None
    index: Tensor
    progress: float
    generator: Generator


class TrainingSplit(Protocol):
    """The training split as a strategy may see it: to plan with, and to train and ask other networks on."""

    @property
    def labels(self) -> Tensor:
        """(N,) int64 classes."""

    @property
    def classes(self) -> int:
        """How many classes there are."""

    @property
    def attribute(self) -> Tensor:
        """(N,) int64 in [0, attributes), the bias attribute's values; only for strategies that use "bias_labels"."""

    @property
    def attributes(self) -> int:
        """How many values the bias attribute has; only for strategies that use "bias_labels"."""

    @property
    def generator(self) -> Generator:
        """The strategy's source of randomness; that of its batches."""

    def render(self, index: Tensor) -> Tensor:
        """Return the images at `index`, (B,) int64: (B, C, H, W) in [0, 1]."""

    def network(self) -> nn.Module:
        """Return another network like the one in training, with fresh weights of its own at every call."""

    @property
    def feature_width(self) -> int:
        """How many features go into the last linear layer of the network."""

    def fit(self, strategy: Strategy, epochs: float, network: str | None = None) -> nn.Module:
        """Train another network on the same images for so many epochs of the budget; return it in evaluation mode.

        Args:
            strategy: it may use no more than the outer one declared.
            epochs: how long; at least one step.
            network: another kind, which the outer strategy declared in `networks`.
        """

    def outputs(self, model: nn.Module, index: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return logits (N, classes) and features (N, D) of the training images, in evaluation mode.

        Args:
            model: the network to ask.
            index: (N,) which images; None for all of them.
        """


@dataclass(frozen=True)
class Plan:
    """One training of a strategy: what the loop needs, and what lasts from step to step.

    Attributes:
        loss: (network, batch) to the scalar to be minimised.
        weights: (N,) how often each image is drawn, relative to the others, with replacement; None for each image once
            per epoch. Needs "resampling".
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

    Attributes:
        uses: what it is handed or does besides images and labels.
        networks: the networks that it trains on the way and that are not the one in training.
        budget: how long it trains wherever nobody says otherwise; None for what everybody gets.
        is_cure: does it stand in comparisons of cures? Not what is lazy on purpose, and not what sees no colour.
    """

    uses: ClassVar[frozenset[Use]] = frozenset()
    networks: ClassVar[tuple[str, ...]] = ()
    budget: ClassVar[Budget | None] = None
    is_cure: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_knobs(self)

    def plan(self, split: TrainingSplit) -> Plan:
        """Prepare one training on `split`; what lasts from step to step lives in what this returns."""
        del split
        return Plan(self.loss)

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        """Return the scalar loss of one batch, to be minimised over the model's parameters."""
        raise NotImplementedError

    def should_stop(self, step: int, model: nn.Module, easy: Split) -> bool:
        """Say after a step whether to stop. Asked only of strategies that use "easy_split"."""
        raise NotImplementedError
