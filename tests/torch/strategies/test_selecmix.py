"""Contradicting pairs."""

import torch

from torch.nn.functional import normalize

from lazyartist.strategies.selecmix import contradicting


def test_contradicting_pairs_are_unlike_of_a_class_or_alike_of_two(generator):
    features = normalize(torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 0.1], [0.1, 1.0]]))
    y = torch.tensor([0, 0, 1, 1])
    mates = {tuple(contradicting(features, y, generator(seed)).tolist()) for seed in range(40)}
    choices = [{mate[i] for mate in mates} for i in range(4)]
    assert choices == [{1, 2}, {0, 3}, {3, 0}, {2, 1}]
