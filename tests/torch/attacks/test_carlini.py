"""The checklist of Carlini et al. 2019, arXiv:1902.06705: would we notice if an attack were weak?"""

import pytest
import torch

from torch import nn

from lazyartist.attacks.bim import BIM
from lazyartist.attacks.fgsm import FGSM
from lazyartist.attacks.fmn import FMN
from lazyartist.attacks.gradient_masking import gradient_masking
from lazyartist.attacks.pgd import PGD
from lazyartist.attacks.random_noise import RandomNoise
from lazyartist.attacks.square import Square
from lazyartist.strategies.erm import Erm
from lazyartist.training.budget import Budget
from lazyartist.training.fit import fit


BUDGET = Budget(epochs=4, batch_size=32, learning_rate=4e-3)


@pytest.fixture(scope="module")
def middle(smallest):
    """An ε at which about half of the images fall."""
    return float(smallest.distance.median()) * 1.02


@pytest.mark.parametrize("attack", [BIM(), PGD(steps=20, restarts=1)], ids=repr)
def test_more_epsilon_never_succeeds_less(attack, model, images, criterion, middle):
    rates = [int(attack(model, images, criterion, middle * times).success.sum()) for times in (0.25, 1, 2)]
    assert rates == sorted(rates)


def test_unbounded_epsilon_reaches_100_percent(model, images, criterion, smallest):
    assert BIM()(model, images, criterion, 1.0).success.all()
    assert smallest.success.all()


def test_iterated_attacks_are_no_weaker_than_a_single_step(model, images, criterion, middle):
    one, many = FGSM()(model, images, criterion, middle), PGD(restarts=1)(model, images, criterion, middle)
    assert many.success.sum() >= one.success.sum()


def test_doubling_the_steps_changes_less_than_2_percent(model, images, criterion, smallest):
    ratio = FMN(steps=200)(model, images, criterion).distance / smallest.distance
    assert float(ratio.median()) == pytest.approx(1, abs=0.02)


def test_restarts_never_make_it_weaker_and_change_little(model, images, criterion, middle):
    once, often = (PGD(steps=20, restarts=n)(model, images, criterion, middle).success for n in (1, 4))
    assert (often | ~once).all()
    assert int(often.sum()) - int(once.sum()) <= 2


def test_the_loss_makes_little_difference(model, images, criterion, middle):
    rates = [
        int(PGD(loss=loss)(model, images, criterion, middle).success.sum()) for loss in ("margin", "cross_entropy")
    ]
    assert abs(rates[0] - rates[1]) <= 2


def test_attacks_without_gradients_are_weaker(model, images, criterion, middle):
    white = PGD()(model, images, criterion, middle)
    black = Square(queries=200)(model, images, criterion, middle)
    assert black.success.sum() < white.success.sum()
    assert not gradient_masking(model, images, criterion, with_gradients=white, without=black)


def test_random_noise_of_the_same_size_is_weaker(model, images, criterion, middle):
    random = RandomNoise(queries=200)(model, images, criterion, middle)
    assert random.success.sum() < PGD()(model, images, criterion, middle).success.sum()
    assert (random.distance > 0.9 * middle).all()  # it did try


def test_transfer_is_weaker(task, model, images, criterion, smallest):
    other = fit(Erm(), task, "simple_cnn:width=8", budget=BUDGET, seed=1).model
    with torch.no_grad():
        assert criterion.holds(other(smallest.images)).sum() < criterion.holds(model(smallest.images)).sum()


def test_a_deliberately_broken_model_falls(criterion):
    class Brittle(nn.Module):
        """A hair of noise in one pixel decides."""

        def forward(self, x):
            return 1e4 * x[:, 0, 0, :10]

    grey = torch.full((len(criterion.target), 3, 28, 28), 0.5)
    smallest = FMN()(Brittle(), grey, criterion)
    assert smallest.success.all()
    assert float(smallest.distance.max()) < 0.001
    assert PGD()(Brittle(), grey, criterion, 0.001).success.all()
