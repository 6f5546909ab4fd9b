import pytest
import torch

from torch import nn

from lazyartist.activations import activations, editing
from lazyartist.hooks import layer_of, replacing, watching
from lazyartist.registry import UnknownNameError
from lazyartist.training.fit import build
from lazyartist.activations import to_vectors


@pytest.fixture(scope="module")
def network():
    return build("simple_cnn", 10, seed=0).eval()


@pytest.fixture(scope="module")
def x(task):
    return task.easy.render(slice(0, 8))


def hooks_of(model):
    return sum(len(module._forward_hooks) + len(module._forward_pre_hooks) for module in model.modules())


def test_a_layer_goes_by_name_or_by_itself(network):
    assert layer_of(network, "conv3.1") is network.conv3[1]
    assert layer_of(network, network.conv3) is network.conv3
    with pytest.raises(UnknownNameError, match=r"no layer called 'conv9'\. Did you mean conv3 or conv2 or conv1"):
        layer_of(network, "conv9")
    with pytest.raises(ValueError, match="the ReLU is not a layer of this SimpleCNN"):
        layer_of(network, nn.ReLU())


def test_what_is_seen_is_what_stood_there_before_an_in_place_relu(network, x):
    with torch.no_grad(), watching(network, "conv1.1") as seen, watching(network, "conv1") as block:
        network(x)
    expected = network.conv1[1](network.conv1[0](x))
    assert torch.equal(seen[0], expected)
    assert float(seen[0].min()) < 0
    assert torch.equal(block[0], expected.relu())


def test_gradients_reach_what_was_seen_through_an_in_place_relu(network, x):
    with watching(network, "conv3.1") as seen:
        logits = network(x)
    (gradient,) = torch.autograd.grad(logits[:, 3].sum(), seen[0])
    h, w = seen[0].shape[2:]
    expected = (seen[0] > 0) * network.head.weight[3].view(1, -1, 1, 1) / (h * w)
    assert torch.allclose(gradient, expected, atol=1e-7)


def test_the_output_is_replaced_and_nothing_is_left_behind(network, x):
    with torch.no_grad():
        before = network(x)
        with replacing(network, "conv3", torch.zeros_like):
            assert torch.allclose(network(x), network.head.bias.expand(8, -1))
        assert torch.equal(network(x), before)
        with pytest.raises(RuntimeError, match="on the way"), replacing(network, "conv3", torch.zeros_like):
            raise RuntimeError("on the way")
        assert torch.equal(network(x), before)
    assert hooks_of(network) == 0


def test_a_replacement_of_another_shape_or_kind_is_refused(network, x):
    wrong = replacing(network, "conv3", lambda output: torch.zeros(8, 10))
    with pytest.raises(ValueError, match=r"its replacement is \(8, 10\)"), wrong:
        network(x)

    class Two(nn.Module):
        def forward(self, x):
            return x, x

    pair = nn.Sequential(Two())
    with pytest.raises(ValueError, match="puts out a tuple: expected one tensor"), watching(pair, "0"):
        pair(x)
    assert hooks_of(network) == hooks_of(pair) == 0


@pytest.mark.parametrize("where", ["pooled", "positions"])
def test_activations_are_the_layers_output(network, task, where):
    data = task.easy.subset(slice(0, 100))
    network.train()
    found = activations(network, network.conv3, data, where)
    assert network.training
    network.eval()
    with torch.no_grad(), watching(network, "conv3") as seen:
        network(data.render(slice(0, 100)))
    wanted = seen[0].mean((2, 3)) if where == "pooled" else seen[0].permute(0, 2, 3, 1).reshape(-1, 64)
    assert found.layer == "conv3"
    assert torch.allclose(found.vectors, wanted, atol=1e-6)


def test_fingerprints_change_with_model_and_data(network, task):
    data = task.easy.subset(slice(0, 64))
    first, again = (activations(network, "head", data) for _ in range(2))
    assert (first.fingerprint, first.model, first.data) == (again.fingerprint, again.model, again.data)
    other_model = activations(build("simple_cnn", 10, seed=1), "head", data)
    other_data = activations(network, "head", data.wearing(data.labels))
    assert other_model.model != first.model
    assert other_data.data != first.data
    assert len({first.fingerprint, other_model.fingerprint, other_data.fingerprint}) == 3


@pytest.mark.parametrize("where", ["pooled", "positions"])
@pytest.mark.parametrize("shape", [(4, 6), (4, 6, 3, 5), (4, 7, 6)])
def test_edited_vectors_come_back_to_where_they_were(where, shape):
    layer, x = nn.Sequential(nn.Identity()), torch.randn(shape, generator=torch.Generator().manual_seed(0))
    weight = torch.randn(6, 6, generator=torch.Generator().manual_seed(1))
    with editing(layer, "0", where, lambda vectors: vectors @ weight):
        changed = layer(x)
    assert changed.shape == x.shape
    assert torch.allclose(to_vectors(changed, where), to_vectors(x, where) @ weight, atol=1e-5)
    with editing(layer, "0", where, lambda vectors: vectors):
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
