import pytest
import torch

from torch import nn

from lazyartist.hooks import layer_of, replacing, watching
from lazyartist.networks import build
from lazyartist.registry import UnknownNameError


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
