"""What the tests of strategies share: batches, and tasks of a family of images that cannot be repainted."""

import dataclasses
import hashlib

import pytest
import torch

from lazyartist.data.images import Split
from lazyartist.data.task import Task
from lazyartist.strategies.base import Batch


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Marked:
    """Grey-blue bars whose length says the class, with a mark whose place is the other factor; nothing is painted."""

    label: torch.Tensor
    place: torch.Tensor
    classes: int
    places: int
    height: int
    width: int

    @property
    def factors(self):
        return {"class": self.label, "place": self.place}

    @property
    def sizes(self):
        return {"class": self.classes, "place": self.places}

    @property
    def fingerprint(self):
        size = torch.tensor([self.classes, self.places, self.height, self.width])
        return hashlib.sha256(torch.cat([size, self.label, self.place]).cpu().numpy().tobytes()).hexdigest()

    def __len__(self):
        return len(self.label)

    def render(self, index):
        x = torch.zeros(len(index), 3, self.height, self.width)
        along = torch.arange(self.width)
        length = (self.label[index] + 1) * self.width // (self.classes + 1)
        x[:, 2, self.height // 2 :] = (along < length[:, None])[:, None].float()
        x[:, 0] = x[:, 2] / 2
        spot = self.place[index] * self.width // self.places
        x[:, 1, :3] = (along == spot[:, None])[:, None].float()
        return x


def marked(classes, places, height, width, n, seed=0, correlation=0.9):
    """A split in which the place gives the class away in most images; every class has two images at least."""
    generator = torch.Generator().manual_seed(seed)
    label = torch.arange(n) % classes
    drawn = torch.randint(places, (n,), generator=generator)
    lies = torch.rand(n, generator=generator) < correlation
    place = torch.where(lies, label % places, drawn)
    return Split(Marked(label, place, classes, places, height, width), "class", ("place",))


@pytest.fixture(scope="session")
def family():
    """Make a task of images that cannot be repainted: (classes, attributes, height, width)."""

    def make(classes, attributes, height, width, correlation=0.9):
        n = max(64, 4 * classes)
        sizes = (classes, attributes, height, width)
        return Task(
            name="marked",
            train=marked(*sizes, n, 0, correlation),
            easy=marked(*sizes, n, 1, correlation),
            hard={"uniform": marked(*sizes, n, 2, 0.0)},
            test=marked(*sizes, n, 3, 0.0),
            unbiased=marked(*sizes, n, 4, 0.0),
        )

    return make


@pytest.fixture(scope="session")
def batch_of():
    """Make a batch of the first training images of a task."""

    def make(task, size=16, *, attribute=False, progress=0.5, seed=0):
        index = torch.arange(size)
        values = task.train.attribute[index] if attribute else None
        generator = torch.Generator().manual_seed(seed)
        return Batch(task.train.render(index), task.train.labels[index], values, index, progress, generator)

    return make


@pytest.fixture(scope="session")
def generator():
    return lambda seed=0: torch.Generator().manual_seed(seed)
