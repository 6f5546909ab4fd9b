"""Images whose factors are known, and a split of them: which factor is to be told, and which ones give it away."""

from __future__ import annotations

import hashlib

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import prod
from types import MappingProxyType
from typing import Protocol, runtime_checkable

import torch

from torch import Tensor
from torch.utils.data import Dataset


class UnsupportedError(ValueError):
    """A dataset cannot do what was asked of it; the message names the dataset, what it lacks and who needs it."""


class Images(Protocol):
    """A family of images. One that offers these five works with every strategy and probe that repaints nothing."""

    @property
    def factors(self) -> Mapping[str, Tensor]:
        """Each factor's name -> (N,) int64, its value in every image."""

    @property
    def sizes(self) -> Mapping[str, int]:
        """Each factor's name -> how many values it has; they are counted from 0."""

    @property
    def fingerprint(self) -> str:
        """A digest of all that `render` and `factors` return."""

    def __len__(self) -> int:
        """How many images there are."""

    def render(self, index: Tensor) -> Tensor:
        """Return the images at `index`, (B,) int64: (B, C, H, W) float32 in [0, 1]."""


@runtime_checkable
class Paintable(Protocol):
    """Images on which factors can be changed: the same strokes in another colour."""

    def paint(self, index: Tensor, values: Mapping[str, Tensor]) -> Tensor:
        """Return the images at `index`, with the factors in `values` (name -> (B,) int64) changed to these values."""


@runtime_checkable
class WithForeground(Protocol):
    """Images of which it is known what the object is and what lies behind it."""

    def foreground(self, index: Tensor) -> Tensor:
        """Return how much of each pixel is the object, (B, H, W) uint8 from 0 to 255."""


@dataclass(frozen=True, eq=False, repr=False)
class Split(Dataset[tuple[Tensor, int]]):
    """Some images with their target and bias attributes; also an ordinary `torch.utils.data.Dataset`.

    Several bias attributes count as one, whose values are their combinations: `attribute`.

    Attributes:
        images: where the pixels come from.
        target: the factor that a model is to tell, the class.
        bias: the factors that the class is entangled with in training; may be empty.
        index: (N,) int64, which of the images these are; None for all of them.
        painted: factors that are shown with other values than the images' own: name -> (N,) int64.
    """

    images: Images
    target: str = "class"
    bias: tuple[str, ...] = ("colour",)
    index: Tensor | None = None
    painted: Mapping[str, Tensor] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if missing := [name for name in (self.target, *self.bias) if name not in self.images.factors]:
            known = ", ".join(self.images.factors)
            raise ValueError(f"{self.images!r} has no factor {', '.join(missing)}: it has {known}")
        if len({self.target, *self.bias}) <= len(self.bias):
            raise ValueError(f"target={self.target!r}, bias={self.bias!r}: expected different factors")

    def __repr__(self) -> str:
        return f"Split({len(self)} of {self.images!r}, {self.target} beside {', '.join(self.bias) or 'nothing'})"

    def __len__(self) -> int:
        return len(self.images) if self.index is None else len(self.index)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        """Return one image (C, H, W) float32 in [0, 1] and its label."""
        if not -len(self) <= index < len(self):
            raise IndexError(f"index {index} is outside a split of {len(self)} images")
        return self.render(torch.tensor([index % len(self)]))[0], int(self.labels[index])

    def factor(self, name: str) -> Tensor:
        """Return the values (N,) int64 of a factor, as they are shown."""
        if name in self.painted:
            return self.painted[name]
        own = self.images.factors[name]
        return own if self.index is None else own[self.index]

    @cached_property
    def labels(self) -> Tensor:
        """(N,) int64 in [0, classes)."""
        return self.factor(self.target)

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return self.images.sizes[self.target]

    @cached_property
    def attribute(self) -> Tensor:
        """(N,) int64 in [0, attributes): the bias attribute's value, or which combination of several."""
        self._need_bias()
        combined = torch.zeros(len(self), dtype=torch.int64)
        for name in self.bias:
            combined = combined * self.images.sizes[name] + self.factor(name)
        return combined

    @property
    def attributes(self) -> int:
        """How many values the bias attribute has; of several, how many combinations there are."""
        self._need_bias()
        return prod(self.images.sizes[name] for name in self.bias)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the images, of which they are, and of what is painted on them."""
        if self.index is None and not self.painted:
            return self.images.fingerprint
        digest = hashlib.sha256(self.images.fingerprint.encode())
        for name, values in (("", self.index), *sorted(self.painted.items())):
            digest.update(name.encode())
            if values is not None:
                digest.update(values.cpu().contiguous().numpy().tobytes())
        return digest.hexdigest()

    def render(self, index: Tensor | slice, attribute: Tensor | None = None) -> Tensor:
        """Return a batch of images, (B, C, H, W) float32 in [0, 1].

        Args:
            index: which images of the split, (B,) int64 or a slice.
            attribute: (B,) values of the bias attribute to paint them with instead of their own.

        Raises:
            UnsupportedError: the images cannot be repainted.
        """
        at = torch.arange(len(self))[index] if isinstance(index, slice) else index
        own = at if self.index is None else self.index.index_select(0, at)
        values = {name: painted.index_select(0, at) for name, painted in self.painted.items()}
        if attribute is not None:
            values |= self._of_factors(attribute)
        if not values:
            return self.images.render(own)
        return self._paintable().paint(own, values)

    def foreground(self, index: Tensor | slice = slice(None)) -> Tensor:
        """Return how much of each pixel is the object, (B, H, W) uint8 from 0 to 255.

        Raises:
            UnsupportedError: it is not known where the object is.
        """
        if not isinstance(self.images, WithForeground):
            raise UnsupportedError(f"{self.images!r} does not say which pixels are the object: it has no `foreground`")
        at = torch.arange(len(self))[index] if isinstance(index, slice) else index
        return self.images.foreground(at if self.index is None else self.index[at])

    def with_attribute(self, attribute: Tensor) -> Split:
        """Return the same images painted with other values of the bias attribute, (N,) int64.

        Raises:
            UnsupportedError: the images cannot be repainted.
        """
        self._paintable()
        return replace(self, painted={**self.painted, **self._of_factors(attribute)})

    def subset(self, index: Tensor | slice) -> Split:
        """Return the images at `index`, (M,) int64, (N,) bool or a slice, as they are shown here."""
        own = torch.arange(len(self))[index] if self.index is None else self.index[index]
        return replace(self, index=own, painted={name: values[index] for name, values in self.painted.items()})

    @property
    def can_paint(self) -> bool:
        """Can the bias attribute be changed on an image?"""
        return isinstance(self.images, Paintable) and bool(self.bias)

    def _paintable(self) -> Paintable:
        if not isinstance(self.images, Paintable):
            raise UnsupportedError(
                f"{self.images!r} cannot be repainted, it has no `paint`: nothing can be said of the same image with "
                f"another {' and '.join(self.bias) or 'attribute'}"
            )
        return self.images

    def _need_bias(self) -> None:
        if not self.bias:
            raise UnsupportedError(
                f"{self.images!r} has no bias attribute: name one of {', '.join(self.images.factors)}"
            )

    def _of_factors(self, attribute: Tensor) -> dict[str, Tensor]:
        """Take combinations of bias attributes apart."""
        self._need_bias()
        values = {}
        for name in reversed(self.bias):
            values[name] = attribute % self.images.sizes[name]
            attribute = attribute // self.images.sizes[name]
        return values
