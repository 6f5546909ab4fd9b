"""The focal loss."""

import torch

from lazyartist.strategies.base import Batch
from lazyartist.strategies.erm import Erm
from lazyartist.strategies.focal import Focal


def test_focal_is_the_formula():
    logits, y = torch.tensor([[2.0, 0.0], [0.0, 1.0]]), torch.tensor([0, 0])
    p = logits.softmax(1)[:, 0]
    fake = Batch(logits, y, None, torch.arange(2), 0.0, torch.Generator())
    expected = (-((1 - p) ** 2) * p.log()).mean()
    assert torch.allclose(Focal().loss(torch.nn.Identity(), fake), expected)
    assert torch.allclose(Focal(gamma=0).loss(torch.nn.Identity(), fake), Erm().loss(torch.nn.Identity(), fake))
