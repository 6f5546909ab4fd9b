"""Penalties on the input gradient."""

import torch

from torch.nn.functional import cross_entropy

from lazyartist.networks import build
from lazyartist.strategies.base import Batch
from lazyartist.strategies.colour_penalty import ColourPenalty
from lazyartist.strategies.double_backprop import DoubleBackprop


def test_the_colour_penalty_is_blind_to_brightness_and_sees_the_paint():
    x = torch.zeros(2, 3, 4, 4)
    x[:, 0, 1:3, 1:3] = 1  # red
    brighter, greener = torch.zeros(2, 3, 4, 4).unbind(0)
    brighter[0], greener[1] = x[0, 0], x[0, 0]
    assert ColourPenalty().penalty(torch.stack([brighter, greener]), x).tolist() == [0, 16]


def test_a_gradient_penalty_is_of_each_images_own_gradient_and_can_be_trained_through(task, generator):
    model = build("simple_cnn:width=4", 10, seed=0).eval()
    index = torch.arange(4)
    x, y = task.train.render(index), task.train.labels[index]
    loss = DoubleBackprop(weight=0.5).loss(model, Batch(x, y, None, index, 0.0, generator()))
    alone = x.clone().requires_grad_()
    gradients = [torch.autograd.grad(cross_entropy(model(alone[i : i + 1]), y[i : i + 1]), alone)[0][i] for i in index]
    expected = torch.stack([g.square().sum() for g in gradients]).mean()
    assert torch.allclose(loss, cross_entropy(model(x), y) + 0.5 * expected, rtol=1e-4)
    loss.backward()
    assert model.head.weight.grad.abs().sum() > 0
