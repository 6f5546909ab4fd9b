"""The training split as a strategy may see it: what it declared, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import torch

from torch import Generator, Tensor, nn

from lazyartist.data.images import Split
from lazyartist.inference import BATCH, evaluating, placed
from lazyartist.networks import build
from lazyartist.networks.head import head_of, with_features
from lazyartist.seeding import seed_from
from lazyartist.strategies.base import Strategy


@dataclass(frozen=True, eq=False)
class TrainingView:
    """See `lazyartist.strategies.base.TrainingSplit`, whose members these are."""

    strategy: Strategy
    split: Split
    spec: str
    seed: int
    train: Callable[[Strategy, float, str, int], nn.Module]
    generator: Generator
    _made: Counter[str] = field(default_factory=Counter)

    @cached_property
    def labels(self) -> Tensor:
        """A copy of the labels."""
        return self.split.labels.clone()

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return self.split.classes

    @cached_property
    def attribute(self) -> Tensor:
        """A copy of the bias attribute's values."""
        self._declared("bias_labels", "the bias attribute of each image")
        return self.split.attribute.clone()

    @property
    def attributes(self) -> int:
        """How many values the bias attribute has."""
        self._declared("bias_labels", "how many values the bias attribute has")
        return self.split.attributes

    @cached_property
    def feature_width(self) -> int:
        """How many features go into the last linear layer."""
        return head_of(build(self.spec, self.classes, 0)).in_features

    def render(self, index: Tensor) -> Tensor:
        """Return the images at `index`."""
        return self.split.render(index)

    def network(self) -> nn.Module:
        """Return another network with fresh weights."""
        return build(self.spec, self.classes, self._seed("partner")).train()

    def fit(self, strategy: Strategy, epochs: float, network: str | None = None) -> nn.Module:
        """Train another network on the same images."""
        if strategy.uses - self.strategy.uses:
            raise ValueError(
                f"{self.strategy} trains {strategy} on the way: it must declare {sorted(strategy.uses)} too"
            )
        if network is not None and network not in self.strategy.networks:
            raise ValueError(f"{self.strategy} trains a {network} on the way: it must declare it in its `networks`")
        return self.train(strategy, epochs, network or self.spec, self._seed("stage"))

    def outputs(self, model: nn.Module, index: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return logits and features of the training images at `index`, or of all."""
        asked = torch.arange(len(self.labels)) if index is None else index
        logits = features = None
        with evaluating(model), torch.no_grad():
            for start in range(0, max(1, len(asked)), BATCH):  # of no image, the shapes
                said, seen = with_features(model, self.render(asked[start : start + BATCH]))
                logits, features = placed(logits, said, start, len(asked)), placed(features, seen, start, len(asked))
        assert logits is not None
        assert features is not None
        return logits, features

    def _declared(self, use: str, what: str) -> None:
        if use not in self.strategy.uses:
            raise ValueError(f"{self.strategy} asks for {what}: it must declare {use!r} in its uses")

    def _seed(self, kind: str) -> int:
        """The n-th network of a kind has a seed of its own, whatever else was made before it."""
        number = self._made[kind]
        self._made[kind] += 1
        return seed_from(kind, number, self.seed)
