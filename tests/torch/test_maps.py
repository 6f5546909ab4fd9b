import pytest
import torch

from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.functional import interpolate

from lazyartist.attribution import MAPS
from lazyartist.attribution.eigen_cam import EigenCam
from lazyartist.attribution.grad_cam import GradCam
from lazyartist.attribution.grad_cam_plus_plus import GradCamPlusPlus
from lazyartist.attribution.hires_cam import HiResCam
from lazyartist.attribution.integrated_gradients import IntegratedGradients
from lazyartist.attribution.layer import LayerMap, activation, activation_and_gradient
from lazyartist.attribution.saliency import Saliency
from lazyartist.attribution.score_cam import ScoreCam
from lazyartist.attribution.postprocess import blank, normalise, positive, upsample
from lazyartist.attribution.smooth_grad import SmoothGrad
from lazyartist.attribution.relevance_mass import pointing, where


NAMES = tuple(MAPS)
LAYERS = tuple(name for name in NAMES if issubclass(MAPS[name], LayerMap))
SMALL = {"integrated_gradients": {"steps": 5}, "smooth_grad": {"samples": 3}}


@pytest.fixture(scope="module")
def model(nets):
    return nets.settled()


def make(name, layer="conv2"):
    return MAPS[name](layer) if name in LAYERS else MAPS[name](**SMALL.get(name, {}))


def test_behind_a_mean_and_a_linear_layer_grad_cam_is_the_head_applied_to_each_place(nets, model):
    x, y = nets.batch(5), torch.arange(5)
    a = activation(model, "conv3", x)
    expected = torch.einsum("nkhw,nk->nhw", a, model.head.weight[y].detach()) / 49
    torch.testing.assert_close(GradCam("conv3")(model, x, y), expected)
    found = HiResCam("conv3")(model, x, y)
    torch.testing.assert_close(found, expected)
    score = model(x).detach()[torch.arange(5), y] - model.head.bias[y].detach()
    torch.testing.assert_close(found.sum((1, 2)), score)


def test_grad_cam_plus_plus_is_the_papers_formula(nets, model):
    x = nets.batch(3)
    a, g = (t.double() for t in activation_and_gradient(model, "conv2", x, 1))
    alpha = torch.where(g == 0, 0, g**2 / (2 * g**2 + a.sum((2, 3), keepdim=True) * g**3))
    expected = ((alpha * g.relu()).sum((2, 3), keepdim=True) * a).sum(1)
    torch.testing.assert_close(GradCamPlusPlus("conv2")(model, x, 1).double(), expected, rtol=1e-4, atol=1e-6)


def test_score_cam_is_one_look_through_each_channel(nets, model):
    x, y = nets.batch(3), torch.tensor([1, 2, 3])
    a = activation(model, "conv3", x)
    weights = torch.empty(3, a.shape[1])
    for i in range(3):
        for k in range(a.shape[1]):
            mask = interpolate(a[i, k][None, None], (28, 28), mode="bilinear")[0, 0]
            spread = mask.max() - mask.min()
            mask = (mask - mask.min()) / spread if spread else torch.zeros_like(mask)
            weights[i, k] = model((x[i] * mask)[None])[0, y[i]].detach()
    expected = (weights.softmax(1)[:, :, None, None] * a).sum(1)
    torch.testing.assert_close(ScoreCam("conv3")(model, x, y), expected, rtol=1e-4, atol=1e-5)


def test_eigen_cam_is_bright_where_the_layer_is_active(nets):
    x = torch.zeros(2, 3, 28, 28)
    x[0, :, 5:9, 5:9], x[1, :, 20:25, 10:14] = 1, 1
    model = nets.Plain(inplace=True)
    with torch.no_grad():
        for conv in (model.conv1, model.conv2):
            conv.weight.abs_()
            conv.bias.zero_()
    maps = EigenCam("conv1")(model, x, 0)
    assert maps[0, 6, 6] > 0
    assert maps[1, 22, 12] > 0
    assert maps[0, 20, 20] < 0
    places = activation(model, "conv1", x)[0].flatten(1).T
    first = torch.linalg.svd(places - places.mean(0)).S[0]
    torch.testing.assert_close(maps[0].norm(), first)


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
    look, rows = make(name), torch.tensor(order)
    maps = look(model, x, y)
    scale = {"rtol": 1e-4, "atol": 1e-5 * float(maps.abs().max())}
    torch.testing.assert_close(look(model, x[rows], y[rows]), maps[rows], **scale)
    first = rows[:1]
    torch.testing.assert_close(look(model, x[first], y[first]), maps[first], **scale)


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
    found = where(maps, {"stroke": stroke})
    assert found.blank.tolist() == [True] * 3
    assert found.share["stroke"].tolist() == [0, 0, 0]
    assert pointing(maps, stroke).tolist() == [False] * 3


@pytest.mark.parametrize("name", NAMES)
def test_targets_and_layers_can_be_given_in_several_ways(nets, model, name):
    x, look = nets.batch(3), make(name)
    maps = look(model, x, 7)
    for target in ([7, 7, 7], torch.full((3,), 7), lambda z: z[:, 7]):
        torch.testing.assert_close(look(model, x, target), maps)
    with torch.no_grad():
        assert torch.equal(look(model, x, 7), maps)
    if name in LAYERS:
        assert torch.equal(make(name, model.conv2)(model, x, 7), maps)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (10, "from 0 to 9"),
        ([1, 2], "3 classes, one an image"),
        (1.5, "expected a class"),
        (lambda z: z.sum(), r"returned \(\): expected a tensor \(3,\)"),
    ],
)
def test_what_is_no_target_is_refused(nets, model, target, message):
    with pytest.raises(ValueError, match=message):
        GradCam("conv2")(model, nets.batch(3), target)


def test_what_is_no_layer_of_maps_is_refused(nets, model):
    x = nets.batch(1)
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
    with pytest.raises(ValueError, match=r"expected \(N, C, H, W\) floats"):
        GradCam("conv3")(model, x[0], 0)


def test_the_maps_of_a_linear_network_are_its_weights(nets):
    model, x = nets.Linear(), nets.batch(3)
    weight = model.weight[1].detach()
    for look in (Saliency(), SmoothGrad(samples=3, noise=0.5)):
        torch.testing.assert_close(look.attribution(model, x, 1), weight.expand(3, -1, -1, -1))
    torch.testing.assert_close(Saliency()(model, x, 1)[0], weight.abs().amax(0))
    torch.testing.assert_close(IntegratedGradients(steps=2).attribution(model, x, 1), x * weight)


def test_integrated_gradients_are_complete(nets, model):
    x, y = nets.batch(4), torch.arange(4)
    with torch.no_grad():
        rise = (model(x) - model(torch.zeros_like(x)))[torch.arange(4), y]
    gap = IntegratedGradients()(model, x, y).sum((1, 2)) - rise
    torch.testing.assert_close(IntegratedGradients().gap(model, x, y), gap)
    assert gap.abs().max() < 0.01 * rise.abs().max()
    assert IntegratedGradients(steps=2).gap(model, x, y).abs().max() > gap.abs().max()


def test_smoothing_without_noise_is_saliency(nets, model):
    x = nets.batch(2)
    torch.testing.assert_close(SmoothGrad(samples=2, noise=0.0)(model, x, 0), Saliency()(model, x, 0))
    assert not torch.equal(SmoothGrad(samples=2, seed=1)(model, x, 0), SmoothGrad(samples=2, seed=2)(model, x, 0))


def test_steps_towards_a_picture():
    maps = torch.tensor([[[-1.0, 1], [3, 1]]])
    assert positive(maps).tolist() == [[[0, 1], [3, 1]]]
    assert normalise(maps).tolist() == [[[0, 0.5], [1, 0.5]]]
    assert upsample(maps, (4, 4)).shape == (1, 4, 4)
    torch.testing.assert_close(upsample(maps, (4, 4)).mean(), maps.mean())
