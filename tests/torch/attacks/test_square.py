import torch

from torch import nn

from lazyartist.attacks.criterion import TargetedConfidence
from lazyartist.attacks.square import Square


def test_squares_are_squares():
    class Unmoved(nn.Module):
        def forward(self, x):
            seen.append(x)
            return torch.zeros(len(x), 2)

    seen = []
    x = torch.full((1, 3, 12, 12), 0.5)
    Square(queries=30, share=0.25)(Unmoved(), x, TargetedConfidence(torch.tensor([1])), 0.1)
    _, stripes, *tries = seen  # the first is the check's
    assert torch.equal(stripes, stripes[:, :, :1].expand_as(stripes))
    assert len(tries) == 29
    for tried in tries:
        changed = (tried != stripes).any(1)[0].nonzero()
        if len(changed):
            first, last = changed.amin(0), changed.amax(0)
            assert (last - first).max() < 6  # a quarter of 12 × 12, at first
            inside = tried[0, :, first[0] : last[0] + 1, first[1] : last[1] + 1].flatten(1)
            assert torch.equal(inside, inside[:, :1].expand_as(inside))  # of one colour
