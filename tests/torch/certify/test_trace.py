"""Which networks are chains of layers with known bounds, and what is said of the others."""

import pytest
import torch

from torch import nn

from lazyartist.certify.trace import NoBoundsError, trace_layers
from lazyartist.networks import build


@pytest.mark.parametrize("name", ["simple_cnn:width=4", "deeper_cnn:width=4", "mlp:width=10"])
def test_our_networks_are_chains(name):
    model = build(name, 10, seed=0).train()
    layers = trace_layers(model, torch.rand(1, 3, 28, 28, generator=torch.Generator()))
    assert len(layers) > 5
    assert all(module.training for module in model.modules())


class Skips(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)

    def forward(self, x):
        return (x + self.conv(x).relu()).mean((2, 3))


class AddsItself(nn.Module):
    def forward(self, x):
        return (x.relu() + x).mean((2, 3))


class AddsTwice(nn.Module):
    def forward(self, x):
        return torch.add(x, 0.5, alpha=2).mean((2, 3))


class MixesImages(nn.Module):
    def forward(self, x):
        return x.mean((0, 2, 3)).expand(len(x), 3)


class AsksItsInput(nn.Module):
    def forward(self, x):
        return (x if x.mean() > 0.5 else 1 - x).mean((2, 3))


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (AsksItsInput(), "AsksItsInput cannot be read layer by layer: "),
        (nn.Sequential(nn.Sigmoid(), nn.Flatten()), r"aten.sigmoid.default: expected a chain of adaptive_avg_pool2d"),
        (nn.Sequential(nn.MaxPool2d(2, padding=1), nn.Flatten()), "max pooling with padding"),
        (Skips(), "branches: aten.add.Tensor"),
        (AddsItself(), "branches: aten.add.Tensor"),
        (AddsTwice(), "aten.add.Tensor{'alpha': 2}: expected a chain"),
        (MixesImages(), "aten.expand"),
    ],
)
def test_what_has_no_bounds_is_named(model, message):
    with pytest.raises(NoBoundsError, match=message):
        trace_layers(model, torch.rand(2, 3, 6, 6, generator=torch.Generator()))


def test_a_refusal_is_one_line(nets):
    """What torch adds of its graph says nothing to a reader of the command line."""
    with pytest.raises(NoBoundsError) as caught:
        trace_layers(nets.seeded(Skips), nets.batch(2))
    assert "\n" not in str(caught.value)
    assert "While executing" not in str(caught.value)


def test_what_leaves_torch_is_named(nets):
    class ByNumPy(nn.Module):
        def forward(self, x):
            return torch.from_numpy(x.detach().cpu().numpy()[:, :, 0, 0])

    with pytest.raises(NoBoundsError, match="ByNumPy"):
        trace_layers(ByNumPy(), nets.batch(2))


def test_a_network_that_calls_view_is_a_chain(nets):
    model, x = nets.seeded(nets.Views), nets.batch(2)
    y = x = x.contiguous(memory_format=torch.channels_last)
    for layer in trace_layers(model, x):
        y = layer.apply(y)
    with torch.no_grad():
        assert torch.allclose(y, model(x.contiguous()), atol=1e-5)
