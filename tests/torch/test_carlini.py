"""The checklist of Carlini et al. 2019, arXiv:1902.06705: would we notice if an attack were weak?"""

import pytest
import torch

from torch import nn

from lazyartist.attacks.fgsm import FGSM
from lazyartist.attacks.fmn import FMN
from lazyartist.attacks.bim import BIM
from lazyartist.attacks.pgd import PGD
from lazyartist.attacks.random_noise import RandomNoise
from lazyartist.attacks.square import Square
from lazyartist.attacks.criterion import TargetedConfidence
from lazyartist.attacks.gradient_masking import gradient_masking
from lazyartist.strategies.erm import Erm
from lazyartist.training.fit import Budget, build, fit


BUDGET = Budget(epochs=4, batch_size=32, learning_rate=4e-3)
N = 12


@pytest.fixture
def model(taught):
    return taught


@pytest.fixture(scope="module")
def images(task):
    return task.easy.render(slice(0, N), task.easy.labels[:N])


@pytest.fixture(scope="module")
def goal(task):
    return TargetedConfidence((task.easy.labels[:N] + 1) % 10, labels=task.easy.labels[:N])


@pytest.fixture(scope="module")
def smallest(taught, images, goal):
    return FMN()(taught, images, goal)


@pytest.fixture(scope="module")
def middle(smallest):
    """An ε at which about half of the images fall."""
    return float(smallest.distance.median()) * 1.02


@pytest.mark.parametrize("attack", [BIM(), PGD(steps=20, restarts=1)], ids=repr)
def test_more_epsilon_never_succeeds_less(attack, model, images, goal, middle):
    rates = [int(attack(model, images, goal, middle * times).success.sum()) for times in (0.25, 1, 2)]
    assert rates == sorted(rates)


def test_unbounded_epsilon_reaches_100_percent(model, images, goal, smallest):
    assert BIM()(model, images, goal, 1.0).success.all()
    assert smallest.success.all()


def test_iterated_attacks_are_no_weaker_than_a_single_step(model, images, goal, middle):
    one, many = FGSM()(model, images, goal, middle), PGD(restarts=1)(model, images, goal, middle)
    assert many.success.sum() >= one.success.sum()


def test_doubling_the_steps_changes_less_than_2_percent(model, images, goal, smallest):
    ratio = FMN(steps=200)(model, images, goal).distance / smallest.distance
    assert float(ratio.median()) == pytest.approx(1, abs=0.02)


def test_restarts_never_make_it_weaker_and_change_little(model, images, goal, middle):
    once, often = (PGD(steps=20, restarts=n)(model, images, goal, middle).success for n in (1, 4))
    assert (often | ~once).all()
    assert int(often.sum()) - int(once.sum()) <= 2


def test_the_loss_makes_little_difference(model, images, goal, middle):
    rates = [int(PGD(loss=loss)(model, images, goal, middle).success.sum()) for loss in ("margin", "cross_entropy")]
    assert abs(rates[0] - rates[1]) <= 2


def test_attacks_without_gradients_are_weaker(model, images, goal, middle):
    white = PGD()(model, images, goal, middle)
    black = Square(questions=200)(model, images, goal, middle)
    assert black.success.sum() < white.success.sum()
    assert not gradient_masking(model, images, goal, with_gradients=white, without=black)


def test_random_noise_of_the_same_size_is_weaker(model, images, goal, middle):
    random = RandomNoise(tries=200)(model, images, goal, middle)
    assert random.success.sum() < PGD()(model, images, goal, middle).success.sum()
    assert (random.distance > 0.9 * middle).all()  # it did try


def test_transfer_is_weaker(task, model, images, goal, smallest):
    other = fit(Erm(), task, "simple_cnn:width=8", budget=BUDGET, seed=1).model
    with torch.no_grad():
        assert goal.holds(other(smallest.images)).sum() < goal.holds(model(smallest.images)).sum()


def test_a_deliberately_broken_model_falls(goal):
    class Brittle(nn.Module):
        """A hair of noise in one pixel decides."""

        def forward(self, x):
            return 1e4 * x[:, 0, 0, :10]

    grey = torch.full((N, 3, 28, 28), 0.5)
    smallest = FMN()(Brittle(), grey, goal)
    assert smallest.success.all()
    assert float(smallest.distance.max()) < 0.001
    assert PGD()(Brittle(), grey, goal, 0.001).success.all()


def test_the_flag_for_zero_gradients(model, images, goal):
    class Rounds(nn.Module):
        def forward(self, x):
            return model((x * 8).round() / 8)

    class LeavesTheGraph(nn.Module):
        def forward(self, x):
            return model(x.detach())

    for masked in (Rounds(), LeavesTheGraph()):
        found = gradient_masking(masked, images, goal)
        assert found.zero_gradient.all()
        assert f"{N} of {N} images have no gradient" in str(found)
    assert not gradient_masking(model, images, goal)
    assert str(gradient_masking(model, images, goal)) == "nothing"


def test_the_flag_for_randomised_outputs(model, images, goal):
    generator = torch.Generator().manual_seed(0)

    class Shakes(nn.Module):
        def forward(self, x):
            return model(x + 0.05 * torch.randn(x.shape, generator=generator))

    found = gradient_masking(Shakes(), images, goal)
    assert found.randomised.all()
    assert "get another answer each time" in str(found)


def test_the_flag_for_masked_gradients(images, goal):
    class Rounds(nn.Module):
        """No gradient, and yet easy to fool."""

        def forward(self, x):
            return 1e3 * ((x[:, 0, :10].mean(2) * 64).round() / 64)

    white = PGD(steps=5, restarts=1)(Rounds(), images, goal, 0.2)
    black = Square(questions=100)(Rounds(), images, goal, 0.2)
    found = gradient_masking(Rounds(), images, goal, with_gradients=white, without=black)
    assert found.masked.any()
    assert "fall to questions but not to gradients" in str(found)


def test_a_model_in_training_mode_is_not_taken_for_a_randomised_one(images, goal):
    trains = nn.Sequential(nn.Dropout(0.5), build("simple_cnn:width=4", 10, seed=0)).train()
    assert not gradient_masking(trains, images, goal).randomised.any()
    assert all(module.training for module in trains.modules())


def test_a_gradient_that_is_no_number_is_flagged_too(images, goal):
    class Roots(nn.Module):
        """Its slope is infinite where a pixel is black, and weighed by nothing there."""

        def forward(self, x):
            return x[:, 0].sqrt().sum(1)[:, :10] * 0

    assert gradient_masking(Roots(), images * 0, goal).zero_gradient.all()
