"""A lazy model, trained once, its last hidden layer, and two sparse autoencoders of it."""

from dataclasses import replace

import pytest

from lazyartist.activations import activations
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
