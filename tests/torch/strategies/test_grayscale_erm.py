"""The control, which sees no colour."""

import torch

from lazyartist.networks import build
from lazyartist.strategies.base import Batch
from lazyartist.strategies.grayscale_erm import GrayscaleErm


def test_the_control_sees_the_same_in_every_colour(task):
    seen = []
    model = torch.nn.Sequential(build("simple_cnn", 10, seed=0).eval())
    model.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    index = torch.arange(8)
    for colour in (0, 6):
        x = task.train.render(index, torch.full((8,), colour))
        GrayscaleErm().loss(model, Batch(x, task.train.labels[:8], None, index, 0.5, torch.Generator()))
    assert torch.equal(*seen)
