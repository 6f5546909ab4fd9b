"""Datasets live on a device, and are the same there."""

from dataclasses import dataclass

import pytest
import torch

from lazyartist.data.images import Paintable, Split
from lazyartist.data.lies import LIES
from lazyartist.data.make import make_task
from lazyartist.data.moved import moved
from lazyartist.data.task import Task
from lazyartist.device import CPU, current, on_device
from lazyartist.strategies.erm import Erm
from lazyartist.training.budget import Budget
from lazyartist.training.fit import fit

from ..emulated_device import DEVICE, emulated_device
from .compared import NETWORK, compared, numbers, same


@pytest.mark.parametrize(
    "dataset", ["digits", "digits:where=background", "digits:bias=stroke_grating", "sprites2d", "room3d"]
)
def test_datasets_live_on_the_device_and_are_the_same_there(dataset):
    def looked():
        task = make_task(dataset, seed=1)
        splits = {"train": task.train, "test": task.test, "unbiased": task.unbiased, **task.hard}
        assert all(split.labels.device == current() for split in splits.values())
        shown = {name: split.render(torch.arange(5)) for name, split in splits.items()}
        return (
            shown,
            {name: split.fingerprint for name, split in splits.items()},
            task.own_attribute,
            task.test.foreground(slice(0, 3)),
        )

    make_task(dataset, seed=1)  # tables
    expected = numbers(looked())
    with emulated_device() as moves:
        task = make_task(dataset, seed=1)
        assert task.train.images is task.unbiased.images
        moves.up.clear()
        task.train.render(torch.arange(8))
        task.train.foreground(slice(0, 8))
        assert not moves.down
        found = numbers(looked())
    assert same(expected, found)


@pytest.mark.parametrize("lie", sorted(LIES))
def test_every_lie_is_drawn_on_the_device(lie):
    def shown():
        return make_task(f"digits:bias={lie}").train.render(slice(0, 6))

    assert not compared(shown).down


@dataclass(frozen=True)
class Stripes:
    """Somebody's images: the five members of the protocol, written with no device in mind."""

    n: int = 64

    def __len__(self):
        return self.n

    @property
    def factors(self):
        return {"class": torch.arange(self.n) % 2, "colour": torch.arange(self.n) // 2 % 2}

    @property
    def sizes(self):
        return {"class": 2, "colour": 2}

    @property
    def fingerprint(self):
        return f"stripes {self.n}"

    def render(self, index):
        rows = torch.zeros(len(index), 3, 28, 28)
        rows[torch.arange(len(index)), 0, torch.arange(self.n)[index] % 28] = 1.0
        return rows


def test_images_that_cannot_move_are_rendered_on_the_processor_and_then_moved():
    def trained():
        split = Split(Stripes())
        task = moved(Task("stripes", split, split, {"same": split}, split))
        assert not isinstance(task.train.images, Paintable)
        assert task.train.fingerprint == split.fingerprint
        assert len(task.train) == 64
        assert "Stripes" in repr(task.train)
        return fit(Erm(), task, NETWORK, budget=Budget(epochs=1, batch_size=32)).model

    compared(trained)


def test_what_moved_comes_back(digits):
    assert moved(digits) is digits
    with emulated_device():
        there = moved(digits)
        assert moved(there) is there
        assert there.train.images.images.device == DEVICE
        with on_device(CPU):
            back = moved(there)
        assert back.train.images.images.device == CPU
        assert back.train.fingerprint == there.train.fingerprint == digits.train.fingerprint
