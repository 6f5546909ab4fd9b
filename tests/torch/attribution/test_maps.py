"""What every registered map keeps, whatever its formula is."""

import pytest
import torch

from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from lazyartist.attribution import MAPS
from lazyartist.attribution.layer import LayerMap
from lazyartist.attribution.postprocess import blank, normalise
from lazyartist.attribution.relevance_mass import pointing_game, relevance_mass


NAMES = tuple(MAPS)
LAYERS = tuple(name for name in NAMES if issubclass(MAPS[name], LayerMap))
SMALL = {"integrated_gradients": {"steps": 5}, "smooth_grad": {"samples": 3}}


@pytest.fixture(scope="module")
def model(nets):
    return nets.settled()


def make(name, layer="conv2"):
    return MAPS[name](layer) if name in LAYERS else MAPS[name](**SMALL.get(name, {}))


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("layer", ["conv1", "conv2"])
def test_a_relu_that_writes_in_place_changes_nothing(nets, name, layer):
    x, y = nets.batch(4), torch.arange(4)
    maps = [make(name, layer)(nets.Plain(inplace), x, y) for inplace in (True, False)]
    assert torch.equal(*maps)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_left_behind(nets, name):
    model = nets.settled().train()
    model.conv2.eval()
    model.head.weight.requires_grad_(requires_grad=False)
    before, x = nets.trace(model), nets.batch(2)
    make(name)(model, x, 0)
    assert nets.trace(model) == before

    def fail(logits):
        raise ZeroDivisionError

    if name != "eigen_cam":  # which asks for no target
        with pytest.raises(ZeroDivisionError):
            make(name)(model, x, fail)
    assert nets.trace(model) == before
    assert not x.requires_grad


@pytest.mark.parametrize("name", NAMES)
@given(order=st.permutations(range(4)))
@settings(max_examples=5)
def test_a_map_does_not_depend_on_the_batch(nets, model, name, order):
    x, y = nets.batch(4), torch.tensor([3, 1, 4, 1])
    method, rows = make(name), torch.tensor(order)
    maps = method(model, x, y)
    scale = {"rtol": 1e-4, "atol": 1e-5 * float(maps.abs().max())}
    torch.testing.assert_close(method(model, x[rows], y[rows]), maps[rows], **scale)
    first = rows[:1]
    torch.testing.assert_close(method(model, x[first], y[first]), maps[first], **scale)


@pytest.mark.parametrize("name", NAMES)
@given(states=st.lists(st.booleans(), min_size=40, max_size=40), fails=st.booleans())
@settings(max_examples=4)
def test_whatever_state_a_network_is_in_it_stays_in_it(nets, name, states, fails):
    model = nets.settled()
    parts = [*model.modules(), *model.parameters()]
    for part, state in zip(parts, states, strict=False):
        if isinstance(part, nn.Module):
            part.training = state
        else:
            part.requires_grad = state
    assert len(parts) <= len(states)
    if fails:  # on the way back out of the network, when every hook is in its place
        model.head = Fails()
    before = nets.trace(model)
    try:
        make(name)(model, nets.batch(2), 0)
    except ZeroDivisionError:
        assert fails
    else:
        assert not fails
    assert nets.trace(model) == before
    assert sum(before[1]) == 0


class Fails(nn.Module):
    def forward(self, x):
        raise ZeroDivisionError


@pytest.mark.parametrize("name", NAMES)
@given(layer=st.sampled_from(["conv1", "conv2", "conv3"]), below=st.floats(-10, -0.01))
@settings(max_examples=4)
def test_a_dead_layer_has_a_map_of_zeros(nets, name, layer, below):
    model = nets.settled()
    with torch.no_grad():
        norm = model.get_submodule(layer)[1]
        norm.weight.zero_()
        norm.bias.fill_(below)
    maps = make(name, layer)(model, nets.batch(3), 0)
    assert torch.equal(maps, torch.zeros_like(maps))
    assert blank(maps).tolist() == [True] * 3
    assert torch.equal(normalise(maps), maps)
    stroke = torch.ones(3, 28, 28, dtype=torch.bool)
    found = relevance_mass(maps, {"stroke": stroke})
    assert found.blank.tolist() == [True] * 3
    assert found.share["stroke"].tolist() == [0, 0, 0]
    assert pointing_game(maps, stroke).tolist() == [False] * 3


@pytest.mark.parametrize("name", NAMES)
def test_targets_and_layers_can_be_given_in_several_ways(nets, model, name):
    x, method = nets.batch(3), make(name)
    maps = method(model, x, 7)
    for target in ([7, 7, 7], torch.full((3,), 7), lambda z: z[:, 7]):
        torch.testing.assert_close(method(model, x, target), maps)
    with torch.no_grad():
        assert torch.equal(method(model, x, 7), maps)
    if name in LAYERS:
        assert torch.equal(make(name, model.conv2)(model, x, 7), maps)


@pytest.mark.parametrize("name", NAMES)
def test_a_network_that_flattens_with_view_has_the_map_of_one_that_reshapes(nets, name):
    class Reshapes(nets.Views):
        def forward(self, x):
            return self.head(self.conv(x).relu().reshape(len(x), -1))

    x, y, method = nets.batch(3), torch.arange(3), make(name, "conv")
    expected = method(nets.seeded(Reshapes), x, y)
    for images in (x, x.contiguous(memory_format=torch.channels_last)):
        torch.testing.assert_close(method(nets.seeded(nets.Views), images, y), expected)


@pytest.mark.parametrize("name", NAMES)
def test_a_model_with_weights_that_are_no_numbers_has_no_map(nets, name):
    model = nets.settled()
    nn.init.constant_(model.head.weight, float("nan"))
    with pytest.raises(ValueError, match="logits that are not finite"):
        make(name)(model, nets.batch(2), 0)


class Wrapped(nn.Module):
    """A model whose output is put into something else."""

    def __init__(self, model, wrap):
        super().__init__()
        self.conv2, self.model, self.wrap = model.conv2, model, wrap

    def forward(self, x):
        return self.wrap(self.model(x))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("wrap", "kind"), [(lambda z: (z, z), "tuple"), (lambda z: {"logits": z}, "dict")])
def test_a_model_that_returns_something_else_than_logits_is_told_so(nets, name, wrap, kind):
    with pytest.raises(ValueError, match=f"returns a {kind}: wrap it"):
        make(name)(Wrapped(nets.settled(), wrap), nets.batch(2), 0)


class Silent(nn.Sequential):
    """Its `train` returns nothing."""

    def train(self, mode=True):
        super().train(mode)


@pytest.mark.parametrize("name", NAMES)
def test_a_model_whose_train_returns_nothing_has_a_map(nets, name):
    parts = nets.settled()
    model = Silent()
    model.add_module("conv2", parts)
    layer = "conv2.conv2"
    torch.testing.assert_close(make(name, layer)(model, nets.batch(2), 1), make(name)(parts, nets.batch(2), 1))


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("eigen_cam", "score_cam")])
def test_where_gradients_are_off_for_good_a_map_says_so(nets, model, name):
    x = nets.batch(2)
    with torch.inference_mode(), pytest.raises(ValueError, match=r"gradients are off inside torch\.inference_mode"):
        make(name)(model, x, 0)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x: 255 * x, r"expected values in \[0, 1\], got .* to 2"),
        (lambda x: x - 0.5, r"expected values in \[0, 1\], got -0"),
        (lambda x: torch.full_like(x, float("nan")), "got nan"),
        (lambda x: x[0], r"expected \(N, C, H, W\) floats"),
        (lambda x: (255 * x).byte(), "floats, got .* torch.uint8"),
        (lambda x: x[:0], "floats, got"),
        (lambda x: x.cpu().numpy(), "expected a tensor"),
    ],
)
def test_what_are_no_images_is_refused(nets, model, name, change, message):
    with pytest.raises(ValueError, match=message):
        make(name)(model, change(nets.batch(2)), 0)
