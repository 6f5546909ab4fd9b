"""Adversarial training: the loss of TRADES, and noise that does what it is for."""

import pytest
import torch

from torch.nn.functional import cross_entropy

from lazyartist.networks import build
from lazyartist.strategies.adversarial_training import AdversarialTraining
from lazyartist.strategies.augmentations import repaint
from lazyartist.strategies.base import Batch


EPSILON = 0.05


class Listening(torch.nn.Module):
    """A model that keeps what it was shown."""

    def __init__(self, model):
        super().__init__()
        self.model, self.seen = model, []

    def forward(self, x):
        self.seen.append(x.detach())
        return self.model(x)


@pytest.fixture
def shown(task, generator):
    """Return the loss at a share of the training, the images that the model was shown, and the batch's classes."""

    def at(progress, **knobs):
        model = Listening(build("simple_cnn:width=4", 10, seed=0).eval())
        index = torch.arange(16)
        batch = Batch(task.train.render(index), task.train.labels[index], None, index, progress, generator())
        return AdversarialTraining(epsilon=EPSILON, **knobs).loss(model, batch), model, batch.y

    return at


def divergence(model, x, noisy):
    p, q = model(x).softmax(1), model(noisy).softmax(1)
    return (p * (p / q).log()).sum(1).mean()


def test_the_loss_is_of_the_clean_images_and_of_what_noise_changes(shown):
    loss, model, y = shown(0.9, weight=3)
    x, _, noisy = model.seen
    expected = cross_entropy(model.model(x), y) + 3 * divergence(model.model, x, noisy)
    torch.testing.assert_close(loss, expected)
    loss.backward()
    assert model.model.head.weight.grad.abs().sum() > 0


def test_noise_stays_within_epsilon_and_changes_more_than_where_it_started(shown):
    _, model, _ = shown(0.9)
    x, start, noisy = model.seen
    assert (noisy - x).abs().max() <= EPSILON + 1e-6
    assert noisy.min() >= 0
    assert noisy.max() <= 1
    assert divergence(model.model, x, noisy) > 2 * divergence(model.model, x, start)


@pytest.mark.parametrize(("progress", "largest"), [(0, 0), (0.125, EPSILON / 4), (0.5, EPSILON), (0.99, EPSILON)])
def test_noise_grows_over_the_warm_up(shown, progress, largest):
    _, model, _ = shown(progress, warmup=0.5)
    x, _, noisy = model.seen
    assert (noisy - x).abs().max().item() == pytest.approx(largest, abs=1e-6)


def test_the_images_are_repainted(shown, task, generator):
    _, model, _ = shown(0.5)
    assert torch.equal(model.seen[0], repaint(task.train.render(torch.arange(16)), generator()))
