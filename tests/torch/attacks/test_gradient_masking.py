"""The flags of masked gradients, each raised by a model that has what it flags."""

import torch

from torch import nn

from lazyartist.attacks.gradient_masking import gradient_masking
from lazyartist.attacks.pgd import PGD
from lazyartist.attacks.square import Square
from lazyartist.networks import build


def test_the_flag_for_zero_gradients(model, images, criterion):
    class Rounds(nn.Module):
        def forward(self, x):
            return model((x * 8).round() / 8)

    class LeavesTheGraph(nn.Module):
        def forward(self, x):
            return model(x.detach())

    n = len(images)
    for masked in (Rounds(), LeavesTheGraph()):
        signs = gradient_masking(masked, images, criterion)
        assert signs.zero_gradient.all()
        assert f"{n} of {n} images have no gradient" in str(signs)
    assert not gradient_masking(model, images, criterion)
    assert str(gradient_masking(model, images, criterion)) == "nothing"


def test_the_flag_for_randomised_outputs(model, images, criterion):
    generator = torch.Generator().manual_seed(0)

    class Shakes(nn.Module):
        def forward(self, x):
            return model(x + 0.05 * torch.randn(x.shape, generator=generator))

    signs = gradient_masking(Shakes(), images, criterion)
    assert signs.randomised.all()
    assert "get another answer each time" in str(signs)


def test_the_flag_for_masked_gradients(images, criterion):
    class Rounds(nn.Module):
        """No gradient, and yet easy to fool."""

        def forward(self, x):
            return 1e3 * ((x[:, 0, :10].mean(2) * 64).round() / 64)

    white = PGD(steps=5, restarts=1)(Rounds(), images, criterion, 0.2)
    black = Square(queries=100)(Rounds(), images, criterion, 0.2)
    signs = gradient_masking(Rounds(), images, criterion, with_gradients=white, without=black)
    assert signs.masked.any()
    assert "fall to queries but not to gradients" in str(signs)


def test_a_model_in_training_mode_is_not_taken_for_a_randomised_one(images, criterion):
    trains = nn.Sequential(nn.Dropout(0.5), build("simple_cnn:width=4", 10, seed=0)).train()
    assert not gradient_masking(trains, images, criterion).randomised.any()
    assert all(module.training for module in trains.modules())


def test_a_gradient_that_is_no_number_is_flagged_too(images, criterion):
    class Roots(nn.Module):
        """Its slope is infinite where a pixel is black, and weighed by nothing there."""

        def forward(self, x):
            return x[:, 0].sqrt().sum(1)[:, :10] * 0

    assert gradient_masking(Roots(), images * 0, criterion).zero_gradient.all()
