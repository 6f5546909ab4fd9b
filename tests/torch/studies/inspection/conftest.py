"""A dataset that can neither be repainted nor says what the object is."""

import pytest
import torch

from lazyartist.data.images import Split
from lazyartist.data.task import Task


class Photos:
    """Three classes by their brightness, before one of two walls: a red or a blue tint. Not square."""

    def __init__(self, n, seed, share):
        self.sizes = {"class": 3, "wall": 2}
        generator = torch.Generator().manual_seed(seed)
        label = torch.arange(n) % 3
        usual = (label == 1).long()  # the classes 0 and 2 are mostly red, class 1 is mostly blue
        conflicts = torch.rand(n, generator=generator) > share
        self.factors = {"class": label, "wall": torch.where(conflicts, 1 - usual, usual)}
        self.noise = torch.rand(n, 3, 12, 10, generator=generator)
        self.fingerprint = f"photos {n} {seed} {share}"

    def __repr__(self):
        return "Photos"

    def __len__(self):
        return len(self.noise)

    def render(self, index):
        images = 0.2 * self.noise[index] + 0.2 + 0.2 * self.factors["class"][index][:, None, None, None]
        for i, wall in enumerate(self.factors["wall"][index].tolist()):
            images[i, 2 * wall] += 0.2
        return images.clamp(0, 1)


@pytest.fixture(scope="session")
def photos():
    """A task without hard splits, repainting, foreground and unbiased training split."""

    def split(n, seed, share):
        return Split(Photos(n, seed, share), bias=("wall",))

    return Task("photos", train=split(300, 0, 0.95), easy=split(90, 1, 0.95), hard={}, test=split(240, 2, 0.5))
