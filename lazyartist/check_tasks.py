"""The tasks on which the contract of a strategy is checked: small, offline, and of several sizes."""

from __future__ import annotations

import hashlib

from dataclasses import dataclass, replace

import torch

from torch import Tensor

from lazyartist.data.arrays import array_task
from lazyartist.data.digits import grey_digits
from lazyartist.data.images import Split
from lazyartist.data.painting import paint_task
from lazyartist.data.palettes import HUES, Palette
from lazyartist.data.sources import GreyImages
from lazyartist.data.task import Task


def digits_task() -> Task:
    """Return the task that most checks train on: all ten digits, small, since bits are the same or not at any size.

    It is made anew every time: what a strategy spoils in it is spoilt for no other.
    """
    return few_digits_task(10, 14, 14)


def few_digits_task(classes: int, height: int, width: int) -> Task:
    """Return a task of the first classes of the digits; of 28 rows every second is left out if they are to be 14."""
    grey, step = grey_digits(), 28 // height
    parts = []
    for images, labels in ((grey.train_images, grey.train_labels), (grey.test_images, grey.test_labels)):
        few = images[labels < classes][:, ::step, ::step]
        start = (few.shape[2] - width) // 2
        parts += [few[:, :, start : start + width], labels[labels < classes]]
    palette = Palette("few", HUES.colours[:classes], HUES.words[:classes])
    return paint_task(GreyImages(*parts), "few digits", palette=palette)


def own_images_task() -> Task:
    """Return a task of photographs, as it were: two classes, and a stripe in one of four places, mostly two of them."""
    grey = grey_digits()
    few = grey.train_labels < 2
    labels = torch.as_tensor(grey.train_labels[few]).long()
    generator = torch.Generator().manual_seed(0)
    conflicting = torch.rand(len(labels), generator=generator) < 0.2
    place = torch.where(conflicting, torch.randint(0, 4, labels.shape, generator=generator), labels)
    pixels = torch.as_tensor(grey.train_images[few])[:, None].repeat(1, 3, 1, 1)
    pixels[torch.arange(len(labels)), :2, 3 * place] = 200
    split = ["easy" if i % 5 == 0 else "test" if i % 5 == 1 else "train" for i in range(len(labels))]
    return array_task(pixels, {"class": labels, "place": place}, split, bias="place")


def with_wrong_attributes(task: Task) -> Task:
    """Return the same pixels and classes, and attributes that are made up: one value more, drawn at random."""

    def mislead(split: Split) -> Split:
        values = torch.randint(split.attributes + 1, (len(split),), generator=torch.Generator().manual_seed(0))
        return Split(_Mislabelled(split, values), split.target, split.bias)

    unbiased = None if task.unbiased is None else mislead(task.unbiased)
    easy = mislead(task.easy)
    return replace(task, train=mislead(task.train), easy=easy, unbiased=unbiased, hard={}, test=easy)


@dataclass(frozen=True, eq=False)
class _Mislabelled:
    """Images of a split, with other attributes than they have; they cannot be repainted."""

    split: Split
    values: Tensor

    @property
    def factors(self) -> dict[str, Tensor]:
        return {self.split.target: self.split.labels, self.split.bias[0]: self.values}

    @property
    def sizes(self) -> dict[str, int]:
        return {self.split.target: self.split.classes, self.split.bias[0]: self.split.attributes + 1}

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.split.fingerprint.encode() + self.values.cpu().numpy().tobytes()).hexdigest()

    def __len__(self) -> int:
        return len(self.split)

    def render(self, index: Tensor) -> Tensor:
        return self.split.render(index)

    def foreground(self, index: Tensor) -> Tensor:
        return self.split.foreground(index)
