"""A lazy model, trained once, its last hidden layer, and two sparse autoencoders of it."""

from dataclasses import dataclass, replace

import pytest
import torch

from torch.nn.functional import normalize

from lazyartist.activations import activations
from lazyartist.data.images import Split
from lazyartist.sae.base import SparseAutoencoder, Weights
from lazyartist.sae.budget import SaeBudget
from lazyartist.sae.labelling import label_features
from lazyartist.sae.topk import TopK
from lazyartist.sae.train import train
from lazyartist.strategies.lazy import Lazy
from lazyartist.training.fit import fit


SHORT = SaeBudget(steps=300, batch_size=128)


@pytest.fixture(scope="session")
def lazy(task):
    return fit(Lazy(), task, budget=replace(Lazy.budget, batch_size=32)).model


@pytest.fixture(scope="session")
def hidden(lazy, task):
    """The last hidden layer on the training images."""
    return activations(lazy, "conv3", task.train)


@pytest.fixture(scope="session")
def fair(task):
    """Images whose colours say nothing."""
    return task.unbiased


@pytest.fixture(scope="session")
def fair_hidden(lazy, fair):
    return activations(lazy, "conv3", fair)


@pytest.fixture(scope="session")
def pair(hidden):
    """Two seeds of one autoencoder."""
    return train(TopK(k=8), hidden, features=64, seeds=(0, 1), budget=SHORT)


@pytest.fixture(scope="session")
def cards(pair, fair_hidden, fair):
    return [label_features(autoencoder.encode(fair_hidden), fair) for autoencoder in pair]


@pytest.fixture(scope="session")
def truth():
    """24 directions in 16 dimensions, and vectors of three of them each."""
    generator = torch.Generator().manual_seed(0)
    directions = normalize(torch.randn(24, 16, generator=generator))
    on = torch.rand(4096, 24, generator=generator).argsort(1) < 3
    codes = on * (1 + torch.rand(4096, 24, generator=generator))
    return directions, codes @ directions + 5


@dataclass(frozen=True, eq=False)
class Factors:
    """Images of which nothing is known but their factors: any number of classes and of attribute values."""

    factors: dict
    sizes: dict
    fingerprint: str = "factors"

    def __len__(self):
        return len(self.factors["class"])

    def render(self, index):
        return torch.zeros(len(index), 3, 8, 8)


class Strokes(Factors):
    """The same with strokes: noise."""

    def foreground(self, index):
        noise = torch.rand(len(self), 8, 8, generator=torch.Generator().manual_seed(9))
        return (noise[index] * 255).to(torch.uint8)


@pytest.fixture(scope="session")
def split_of():
    """Make a split of given classes and attribute values, both (N,) int64; the attribute is called "background"."""

    def make(labels, attribute, classes, attributes, *, strokes=False):
        family = Strokes if strokes else Factors
        factors = {"class": labels, "background": attribute}
        return Split(family(factors, {"class": classes, "background": attributes}), bias=("background",))

    return make


@pytest.fixture(scope="session")
def by_hand():
    """Make three features along three axes of four dimensions; the autoencoder misses the fourth."""

    def make(dead=()):
        eye = torch.eye(3, 4)
        bias = torch.zeros(1, 3)
        bias[:, list(dead)] = -100
        weights = Weights(eye.T.contiguous(), bias, eye, torch.zeros(1, 4), torch.zeros(1, 3), (3,))
        return SparseAutoencoder(TopK(k=3), weights, 0, SaeBudget())

    return make
