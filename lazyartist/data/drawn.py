"""Grey images that tell a lie: the bias attributes are drawn on them, batch by batch."""

from __future__ import annotations

import hashlib

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from torch import Tensor

from lazyartist.data.grey import grey_images
from lazyartist.data.images import UnsupportedError
from lazyartist.data.lies.base import Lie
from lazyartist.data.lottery import Conflict, lottery
from lazyartist.data.moved import made_here, with_tensors_on
from lazyartist.device import CPU, on_device
from lazyartist.seeding import seed_from


@dataclass(frozen=True, eq=False, repr=False)
class DrawnImages:
    """Images, labels and the values of a lie's attributes, drawn once: a family of `Images` that can be changed.

    Attributes:
        images: (N, H, W) uint8, the grey strokes, 0 is background.
        labels: (N,) int64 in [0, classes).
        values: each attribute's name -> (N,) int64 in [0, classes).
        lie: how the attributes are drawn.
        classes: how many there are.
    """

    images: Tensor
    labels: Tensor
    values: Mapping[str, Tensor]
    lie: Lie
    classes: int

    def __repr__(self) -> str:
        return f"DrawnImages({len(self)} images with {self.lie!r})"

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def factors(self) -> dict[str, Tensor]:
        """See `Images`: the class and the lie's attributes."""
        return {"class": self.labels, **self.values}

    @property
    def sizes(self) -> dict[str, int]:
        """See `Images`: as many values of each attribute as classes."""
        return dict.fromkeys(("class", *self.values), self.classes)

    def render(self, index: Tensor) -> Tensor:
        """Return the images at `index`, (B,) int64, with their own values: (B, 3, H, W) float32 in [0, 1]."""
        return self.paint(index, {})

    def paint(self, index: Tensor, values: Mapping[str, Tensor]) -> Tensor:
        """Return the images at `index` with other values, name -> (B,) int64, of some of the lie's attributes.

        Raises:
            UnsupportedError: something else is to change.
        """
        if foreign := sorted(set(values) - set(self.values)):
            able = ", ".join(self.values)
            raise UnsupportedError(f"{self!r}: only {able} can be changed, not {', '.join(foreign)}")
        shown = self._shown(index, values)
        drawn = self.lie.draw(self.lie.place(self._grey(index), shown), shown)
        return drawn.expand(-1, 3, -1, -1).contiguous()

    def foreground(self, index: Tensor) -> Tensor:
        """Return the grey strokes at `index`, where they lie, (B, H, W) uint8."""
        placed = self.lie.place(self._grey(index), self._shown(index, {}))
        return (255 * placed[:, 0]).round().byte()

    def to(self, device: torch.device) -> DrawnImages:
        """Return the same images on a device, where they are drawn on."""
        return with_tensors_on(self, device)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of strokes, labels, values, and how the lie draws each value on the first image."""
        if self.images.device != CPU:
            with on_device(CPU):
                return self.to(CPU).fingerprint
        digest = hashlib.sha256(f"{tuple(self.images.shape)} {self.lie!r}".encode())
        for part in (self.images, self.labels, *(self.values[name] for name in sorted(self.values))):
            digest.update(part.contiguous().flatten().numpy().data)  # as it lies there, without a copy
        each = dict.fromkeys(self.values, torch.arange(self.classes))
        first = torch.zeros(self.classes, dtype=torch.int64)
        digest.update((255 * self.paint(first, each)).round().byte().numpy().tobytes())
        return digest.hexdigest()

    def _grey(self, index: Tensor) -> Tensor:
        return self.images.index_select(0, index)[:, None].float() / 255

    def _shown(self, index: Tensor, values: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return {
            name: values[name] if name in values else own.index_select(0, index) for name, own in self.values.items()
        }


@made_here
def tell(
    lie: Lie, images: Any, labels: Any, *, correlation: float = 0.95, conflict: Conflict = "all", seed: int = 0
) -> DrawnImages:
    """Draw a lie on any grey images so that each of its attributes gives the class away in `correlation` of each class.

    Args:
        lie: what to draw.
        images: (N, H, W) uint8 as array or tensor.
        labels: (N,) integers from 0 on, each class with an image.
        correlation: see `lazyartist.data.lottery.lottery`; so is `conflict`. Several attributes are drawn one by one.
        conflict: what the rest draws from.
        seed: which images conflict, and how, depends on this, the attribute's name and the labels alone.

    Raises:
        ValueError: an argument is out of range, or there are more classes than the lie has values.
    """
    pixels, y = grey_images(images, labels, lie.most)
    classes = int(y.max()) + 1
    values = {
        factor: lottery(
            y, classes, correlation, conflict, torch.Generator().manual_seed(seed_from("lie", factor, seed))
        )
        for factor in lie.factors
    }
    return DrawnImages(pixels, y, values, lie, classes)
