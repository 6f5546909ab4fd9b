"""Permuted channels."""

import torch

from lazyartist.strategies.channel_permutation import permute_channels


def test_channels_change_places_and_nothing_else(generator):
    x = torch.rand(50, 3, 4, 4, generator=generator())
    permuted = permute_channels(x, generator())
    assert torch.equal(permuted.sort(1).values, x.sort(1).values)
    assert not torch.equal(permuted, x)
