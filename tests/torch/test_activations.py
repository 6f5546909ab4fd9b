import pytest
import torch

from torch import nn

from lazyartist.activations import activations, editing, to_vectors
from lazyartist.hooks import watching
from lazyartist.networks import build


@pytest.fixture(scope="module")
def network():
    return build("simple_cnn", 10, seed=0).eval()


@pytest.mark.parametrize("pooling", ["pooled", "positions"])
def test_activations_are_the_layers_output(network, task, pooling):
    split = task.easy.subset(slice(0, 100))
    network.train()
    vectors = activations(network, network.conv3, split, pooling)
    assert network.training
    network.eval()
    with torch.no_grad(), watching(network, "conv3") as seen:
        network(split.render(slice(0, 100)))
    wanted = seen[0].mean((2, 3)) if pooling == "pooled" else seen[0].permute(0, 2, 3, 1).reshape(-1, 64)
    assert vectors.dtype == torch.float32
    assert torch.allclose(vectors, wanted, atol=1e-6)
    assert torch.equal(activations(network, "conv3", split, pooling), vectors)


@pytest.mark.parametrize("pooling", ["pooled", "positions"])
@pytest.mark.parametrize("shape", [(4, 6), (4, 6, 3, 5), (4, 7, 6)])
def test_edited_vectors_come_back_to_where_they_were(pooling, shape):
    layer, x = nn.Sequential(nn.Identity()), torch.randn(shape, generator=torch.Generator().manual_seed(0))
    weight = torch.randn(6, 6, generator=torch.Generator().manual_seed(1))
    with editing(layer, "0", pooling, lambda vectors: vectors @ weight):
        changed = layer(x)
    assert changed.shape == x.shape
    assert torch.allclose(to_vectors(changed, pooling), to_vectors(x, pooling) @ weight, atol=1e-5)
    with editing(layer, "0", pooling, lambda vectors: vectors):
        assert torch.equal(layer(x), x)


def test_an_unused_layer_and_an_odd_shape_are_refused(network, task):
    class Idle(nn.Module):
        def __init__(self):
            super().__init__()
            self.used, self.idle = network, nn.ReLU()

        def forward(self, x):
            return self.used(x)

    with pytest.raises(ValueError, match="'idle' ran 0 times"):
        activations(Idle(), "idle", task.easy)
    with pytest.raises(ValueError, match="expected 'pooled' or 'positions'"):
        activations(network, "conv3", task.easy, "everywhere")
    with pytest.raises(ValueError, match=r"puts out \(2, 3, 4, 5, 6\)"):
        to_vectors(torch.zeros(2, 3, 4, 5, 6), "pooled")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_layer_that_puts_out_no_numbers_is_refused(nets, task, value):
    model = nets.settled()
    nn.init.constant_(model.conv2[0].weight, value)
    with pytest.raises(ValueError, match="'conv3' puts out values that are not finite"):
        activations(model, "conv3", task.easy.subset(slice(0, 3)))
    with pytest.raises(ValueError, match="there are no images"):
        activations(model, "conv3", task.easy.subset(slice(0, 0)))


def test_a_network_that_flattens_with_view_has_activations(nets, task):
    split = task.easy.subset(slice(0, 5))
    model = nets.seeded(nets.Views)
    assert activations(model, "head", split).shape == (5, 10)
    assert activations(model, "conv", split, "positions").shape == (5 * 24 * 24, 4)
