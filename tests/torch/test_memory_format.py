"""The order of images in memory is this library's choice: no network is to notice."""

from collections import OrderedDict

import pytest
import torch

from torch import nn

from lazyartist.attribution.grad_cam import GradCam
from lazyartist.attribution.saliency import Saliency
from lazyartist.memory_format import has_channels_last, to_channels_last
from lazyartist.networks import NETWORKS, build
from lazyartist.strategies import STRATEGIES
from lazyartist.training.budget import Budget
from lazyartist.training.fit import fit
from lazyartist.visualise.objectives import Logit
from lazyartist.visualise.visualise import Visualise


def channels_last(x):
    return x.contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("name", ["simple_cnn:width=4", "deeper_cnn:width=4", "resnet18"])
def test_our_networks_are_in_channels_last_order(name):
    model = build(name, 10, seed=0)
    assert has_channels_last(model)
    assert not model._forward_pre_hooks
    assert model.training


@pytest.mark.parametrize("pixels", [28, 32, 64, 50])
def test_a_network_that_calls_view_stays_contiguous(nets, pixels):
    model = to_channels_last(nets.seeded(lambda: nets.Views(pixels=pixels)))
    x = torch.rand(2, 3, pixels, pixels, generator=torch.Generator().manual_seed(0))
    assert not has_channels_last(model)
    assert torch.equal(model(channels_last(x)), model(x))


def test_a_network_that_flattens_one_size_of_images_is_fast(nets):
    model = nets.seeded(lambda: nn.Sequential(nn.Conv2d(3, 4, 5), nn.Flatten(), nn.Linear(4 * 60 * 60, 10)))
    assert has_channels_last(to_channels_last(model))


def test_the_trial_leaves_no_trace(nets):
    model = nets.settled().train()
    before = nets.trace(model)
    assert nets.trace(to_channels_last(model)) == before


@pytest.fixture
def calls_view(nets, monkeypatch):
    monkeypatch.setattr(NETWORKS, "_things", dict(NETWORKS._things))
    NETWORKS.register("calls_view")(nets.Views)
    return "calls_view"


# those that call networks in ways of their own: inner fits, features, gradients of images, other images, other networks
STRATEGIES_OF_ALL_KINDS = (
    "erm",
    "jtt",
    "gradient_reversal",
    "double_backprop",
    "adversarial_training",
    "second_opinion",
    "selecmix",
)


@pytest.mark.parametrize("strategy", STRATEGIES_OF_ALL_KINDS)
def test_a_network_that_calls_view_is_trained_like_any_other(task, calls_view, strategy):
    budget = Budget(epochs=0.05, batch_size=32)
    model = fit(STRATEGIES.build(strategy), task, calls_view, budget=budget).model
    with torch.no_grad():
        x = task.easy.render(slice(0, 4))
        assert torch.equal(model(channels_last(x)), model(x.contiguous()))


def test_a_network_that_calls_view_is_looked_into_like_its_twin_that_flattens(nets):
    views = nets.seeded(nets.Views)
    twin = nn.Sequential(OrderedDict(conv=views.conv, relu=nn.ReLU(), flat=nn.Flatten(), head=views.head))
    x = channels_last(nets.batch(2))
    for method in (GradCam("conv"), Saliency()):
        assert torch.allclose(method(views, x, 3), method(twin, x, 3), atol=1e-6)
    ours, theirs = (Visualise(steps=3)(model, Logit(torch.tensor([1, 2]))).images for model in (views, twin))
    assert torch.allclose(ours, theirs, atol=1e-4)
