import pytest
import torch

from torch import nn

from lazyartist.attribution.grad_cam import GradCam
from lazyartist.attribution.layer import activation, map_layers
from lazyartist.networks import NETWORKS


def test_what_is_no_layer_of_maps_is_refused(nets):
    model, x = nets.settled(), nets.batch(1)
    with pytest.raises(KeyError, match="Did you mean conv2"):
        GradCam("conv2d")(model, x, 0)
    with pytest.raises(ValueError, match="not a layer of this"):
        GradCam(nn.ReLU())(model, x, 0)
    with pytest.raises(ValueError, match="ran 2 times"):
        GradCam("relu")(nets.Plain(inplace=False), x, 0)
    with pytest.raises(ValueError, match="expected maps"):
        GradCam("head")(model, x, 0)
    with pytest.raises(ValueError, match="does not depend on the layer 'conv3'"):
        GradCam("conv3")(model, x, lambda z: 0 * z.detach().sum(1))


class Forgets(nn.Module):
    """Its head takes no gradient back to the layer."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        with torch.no_grad():
            return self.model(x)


def test_a_model_that_turns_gradients_off_is_told_so(nets):
    with pytest.raises(ValueError, match=r"nothing behind it may turn gradients off"):
        GradCam("model.conv3")(Forgets(nets.settled()), nets.batch(1), 0)


@pytest.mark.parametrize("name", tuple(NETWORKS))
def test_the_last_layer_of_our_networks_is_their_last_block(nets, name):
    last = {"simple_cnn": "conv3", "deeper_cnn": "conv4", "resnet18": "layer4", "bf16": "network.conv3"}
    last |= {f"torchvision_resnet{depth}": "network.layer4" for depth in (18, 50)}
    images = torch.rand(2, 3, 64, 64, generator=torch.Generator()) if "torchvision" in name else nets.batch(2)
    layers = map_layers(nets.settled(name), images)
    assert layers[-1:] == ((last[name],) if name in last else ())


def block(*last):
    return [nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(inplace=True), *last]


class Block(nn.Module):
    """Ends in pooling, and calls its parts in another order than they stand in."""

    def __init__(self):
        super().__init__()
        self.pool, self.act = nn.AdaptiveAvgPool2d(1), nn.GELU()
        self.conv, self.norm = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)

    def forward(self, x):
        return self.pool(self.act(self.norm(self.conv(x))))


class NoActivation(Block):
    def forward(self, x):
        return self.pool(self.norm(self.conv(x)).relu())


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (lambda: nn.Sequential(*block(nn.AdaptiveAvgPool2d(1))), ("0.0", "0.2")),
        (lambda: nn.Sequential(*block(nn.Dropout(), nn.AdaptiveAvgPool2d(1))), ("0.0", "0.3")),
        (lambda: nn.Sequential(*block(nn.MaxPool2d(2), nn.AdaptiveAvgPool2d(1))), ("0.0", "0.2")),
        (lambda: nn.Sequential(*block()), ("0",)),  # puts out maps itself: one layer, its activation included
        (Block, ("0.conv", "0.act")),
        (NoActivation, ("0.conv", "0.norm")),  # there is no module to name
    ],
)
def test_of_a_block_that_ends_in_pooling_the_last_layer_is_the_activation(nets, body, expected):
    with torch.random.fork_rng():
        model = nn.Sequential(body(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 10)).eval()
    x = nets.batch(2)
    assert map_layers(model, x) == expected
    shown = activation(model, expected[-1], x)
    assert shown.shape == (2, 4, 26, 26)
    if expected[-1] in ("0.2", "0"):
        assert float(shown.min()) == 0
