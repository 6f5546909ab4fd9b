"""What the tests of attacks share: a trained model with images and targets, and a model that is solved by hand."""

import math

from types import SimpleNamespace

import pytest
import torch

from lazyartist.attacks.bisection import BisectionAttack
from lazyartist.attacks.criterion import TargetedConfidence
from lazyartist.attacks.fmn import FMN


N = 12


@pytest.fixture
def model(taught):
    return taught


@pytest.fixture(scope="session")
def images(task):
    return task.easy.render(slice(0, N), task.own_attribute[task.easy.labels[:N]])


@pytest.fixture(scope="session")
def criterion(task):
    labels = task.easy.labels[:N]
    return TargetedConfidence((labels + 1) % 10, labels=labels)


@pytest.fixture(scope="session")
def smallest(taught, images, criterion):
    """The smallest noise that FMN finds."""
    return FMN()(taught, images, criterion)


@pytest.fixture(scope="session")
def bisected(taught, images, criterion):
    """The smallest noise that bisection finds."""
    return BisectionAttack()(taught, images, criterion)


@pytest.fixture
def plane(nets):
    """Two classes with z_1 − z_0 = w · x − offset, three images in mid-grey, and what the margin lacks of 90 %."""
    w = torch.randn(3, 6, 6, generator=torch.Generator().manual_seed(0))
    x = torch.full((3, 3, 6, 6), 0.5)
    offset = float((x[0] * w).sum()) + 2
    model = nets.Linear(weight=torch.stack([torch.zeros_like(w), w]), bias=torch.tensor([0.0, -offset]))
    missing = math.log(9) - ((x * w).sum((1, 2, 3)) - offset)
    return SimpleNamespace(
        model=model, images=x, weights=w, missing=missing, criterion=TargetedConfidence(torch.ones(3, dtype=torch.long))
    )
