"""Sobel's filter."""

import torch

from lazyartist.edges import sobel_edges


def test_sobel_sees_edges_and_no_colour():
    x = torch.zeros(2, 3, 28, 28)
    x[0, 0, 8:20, 8:20] = x[1, 1, 8:20, 8:20] = 1
    edges = sobel_edges(x)
    assert torch.equal(edges[0], edges[1])
    assert edges[0, 14, 8] > 0.5
    assert edges[0, 14, 14] == edges[0, 2, 2] == 0
