"""The margin and its gradient, with gradients off, inside no_grad, and where a model leaves the graph."""

import pytest
import torch

from torch import nn

from lazyartist.attacks.bim import BIM
from lazyartist.attacks.fmn import FMN
from lazyartist.attacks.gradient import margin_and_gradient
from lazyartist.attacks.gradient_masking import gradient_masking
from lazyartist.attacks.pgd import PGD
from lazyartist.attacks.square import Square


def test_the_margin_rises_along_the_gradient(plane):
    margin, gradient = margin_and_gradient(plane.model, plane.images, plane.criterion)
    assert torch.allclose(margin, -plane.missing, atol=1e-5)
    assert torch.allclose(gradient, plane.weights.expand_as(gradient), atol=1e-6)


@pytest.mark.parametrize("attack", [FMN(), PGD(steps=2)], ids=repr)
def test_a_model_that_leaves_the_graph_gives_no_gradient_and_no_error(attack, model, images, criterion):
    class Leaves(nn.Module):
        def forward(self, x):
            return model(x.detach())

    with torch.no_grad():  # what the caller does with gradients is nothing to an attack
        assert attack(Leaves(), images, criterion).images.shape == images.shape
        assert attack(model, images, criterion).steps.any()
        assert gradient_masking(Leaves(), images, criterion).zero_gradient.all()
        assert not gradient_masking(model, images, criterion).zero_gradient.any()


@pytest.mark.parametrize("attack", [FMN(), BIM(), gradient_masking], ids=["FMN", "BIM", "masking"])
def test_inference_mode_is_refused_since_it_cannot_be_undone(attack, model, images, criterion):
    with torch.inference_mode(), pytest.raises(ValueError, match=r"gradients are off inside torch.inference_mode\(\)"):
        attack(model, images, criterion)


def test_without_gradients_inference_mode_will_do(model, images, criterion):
    with torch.inference_mode():
        inside = Square(queries=5)(model, images, criterion, 0.1)
        made_inside = images + 0
    assert torch.equal(inside.images, Square(queries=5)(model, images, criterion, 0.1).images)
    assert FMN(steps=3)(model, made_inside, criterion).images.shape == images.shape
