import pytest
import torch

from torch import nn

from lazyartist.studies.inspection.unit_pictures import layer_pictures
from lazyartist.visualise import Visualise


def test_an_edge_is_shown_to_what_looks_for_edges_and_a_colour_to_what_looks_for_colours(task):
    with torch.random.fork_rng():
        block = nn.Sequential(nn.Conv2d(3, 2, 3, padding=1, bias=False), nn.ReLU())
    with torch.no_grad():
        block[0].weight[0] = torch.tensor([-1.0, 0, 1])  # brighter to the right, in every colour
        block[0].weight[1] = torch.tensor([1.0, -1, -1])[:, None, None]  # red
    model = nn.Sequential(block, nn.AdaptiveAvgPool2d(1), nn.Flatten())
    drawn = layer_pictures(model, block, task.easy.subset(slice(0, 50)), Visualise(steps=80))
    edge, colour = drawn.images[:, :, 3:-3, 3:-3]  # what lies beyond the border is black, which is an edge too
    assert edge.diff(dim=2).abs().mean() > 3 * edge.diff(dim=1).abs().mean() > 0
    assert edge.diff(dim=2).abs().mean() > 0.05
    assert colour.mean((1, 2)).tolist() == pytest.approx([1, 0, 0], abs=0.05)
    assert drawn.percentiles.tolist() == [100, 100]
    assert drawn.activations.shape == (50, 2)
