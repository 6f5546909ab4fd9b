"""A lazy model in a store, its last hidden layer, two sparse autoencoders of it; and a dataset without colours."""

from dataclasses import dataclass, replace

import pytest
import torch

from lazyartist.data import DATASETS
from lazyartist.data.images import Split
from lazyartist.data.make import make_task
from lazyartist.data.task import Task
from lazyartist.sae.budget import SaeBudget
from lazyartist.strategies.lazy import Lazy
from lazyartist.studies.decomposition.last_layer import last_layer_activations
from lazyartist.studies.decomposition.trained_saes import train_saes
from lazyartist.training.store import Store


@pytest.fixture(scope="session")
def store(tmp_path_factory):
    return Store(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="session")
def trained(store, task):
    return store.fit(Lazy(), task, "simple_cnn", replace(Lazy.budget, batch_size=32), 0)


@pytest.fixture(scope="session")
def layer(trained, task):
    return last_layer_activations(trained.model, task, 10_000)


@pytest.fixture(scope="session")
def pair(store, trained, layer):
    budget = SaeBudget(steps=300, batch_size=128)
    return train_saes(store, trained, "conv3", layer.seen, "topk:k=8", width=64, seeds=(0, 1), budget=budget)


@dataclass(frozen=True, eq=False)
class Marked:
    """Grey digits with a bright square in one of the corners, and a tint: a family that cannot be repainted."""

    grey: torch.Tensor
    factors: dict
    sizes: dict
    fingerprint: str

    def __len__(self):
        return len(self.grey)

    def render(self, index):
        images = self.grey[index][:, None].float().repeat(1, 3, 1, 1) / 255
        for image, mark, tint in zip(images, self.factors["mark"][index], self.factors["tint"][index], strict=True):
            row, column = divmod(int(mark), 2)
            image[:, 24 * row : 24 * row + 4, 24 * column : 24 * column + 4] = 1
            image[2] *= 1 - tint / 2
        return images


def marked_task(seed=0, classes=3, marks=2, bias="mark"):
    """Make a task of digits whose corner gives the class away; the tint is the class's parity, or says nothing."""
    digits = make_task("digits", seed=seed)
    names = tuple(bias.split("+"))

    def split(of, share, drawn):
        chosen = (of.labels < classes).nonzero()[:, 0]
        labels = of.labels[chosen]
        generator = torch.Generator().manual_seed(100 * seed + drawn)
        lies = torch.rand(len(labels), generator=generator) < share
        factors = {"class": labels}
        for factor, size in (("mark", marks), ("tint", 2)):
            luck = torch.randint(size, (len(labels),), generator=generator)
            factors[factor] = torch.where(lies, labels % size, luck) if factor in names else luck
        sizes = {"class": classes, "mark": marks, "tint": 2}
        grey = of.foreground()[chosen]
        return Split(Marked(grey, factors, sizes, f"{share} {drawn} {classes} {marks} {bias}"), bias=names)

    test = split(digits.test, 0.0, 3)
    return Task(
        "marked",
        train=split(digits.train, 0.95, 1),
        easy=split(digits.easy, 0.95, 2),
        hard={"other": test},
        test=test,
        unbiased=split(digits.train, 0.0, 4),
        keys={"bias": bias},
        seed=seed,
    )


@pytest.fixture
def marked(monkeypatch):
    """Make the dataset "marked" known: grey digits with a mark, of any number of classes and marks."""
    monkeypatch.setattr(DATASETS, "_things", dict(DATASETS._things))
    DATASETS.register("marked")(marked_task)
