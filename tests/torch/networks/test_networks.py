"""Networks by name: their knobs, their seeds, and what they return."""

import pytest
import torch

from lazyartist.networks import NETWORKS, build
from lazyartist.registry import UnknownNameError


@pytest.mark.parametrize("name", sorted(NETWORKS))
@pytest.mark.parametrize("classes", [2, 10])
def test_images_to_logits(name, classes):
    model = build(name, classes, seed=0)
    with torch.no_grad():
        assert model.eval()(torch.rand(2, 3, 28, 28, generator=torch.Generator())).shape == (2, classes)


def test_weights_follow_the_seed_alone():
    a, b, c = (build("simple_cnn", 10, seed).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(a[k], b[k]) for k in a)
    assert not all(torch.equal(a[k], c[k]) for k in a)


def test_width_is_a_parameter():
    with torch.random.fork_rng(devices=[]):
        model = NETWORKS["simple_cnn"](width=4)
    channels = [m.out_channels for m in model.modules() if isinstance(m, torch.nn.Conv2d)]
    assert channels == [4, 8, 16]


def test_the_small_resnet_keeps_its_resolution():
    model = build("resnet18", 10, seed=0)
    assert (model.conv1.stride, model.conv1.kernel_size) == ((1, 1), (3, 3))
    assert isinstance(model.maxpool, torch.nn.Identity)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("simple_cnn:wdth=8", r"simple_cnn has the knobs \['width'\], not 'wdth'"),
        ("simple_cnn:depth=3", r"simple_cnn has the knobs \['width'\], not 'depth'"),
        ("resnet18:width=3", "resnet18 has no knobs, not 'width'"),
        ("simple_cnn:width=0", "width=0: expected a whole number from 1 on"),
        ("simple_cnn:width=-1", "width=-1: expected a whole number from 1 on"),
        ("deeper_cnn:width=2.5", "width=2.5: expected a whole number from 1 on"),
        ("mlp:width=0", "width=0: expected a whole number from 1 on"),
        ("mlp:pixels=wide", "pixels='wide': expected a whole number from 1 on"),
        ("simple_cnn:classes=5", "the number of classes is the dataset's; leave 'classes' out"),
    ],
)
def test_a_knob_that_is_none_is_named(spec, message):
    with pytest.raises(ValueError, match=message):
        build(spec, 10, seed=0)


def test_an_unknown_network_is_named():
    with pytest.raises(UnknownNameError, match=r"there is no network called 'simple_cn'. Did you mean simple_cnn"):
        build("simple_cn", 10, seed=0)


def test_a_network_of_a_user_that_refuses_its_knob_is_named(monkeypatch):
    monkeypatch.setattr(NETWORKS, "_things", dict(NETWORKS._things))

    @NETWORKS.register("refuses_its_knob")
    def refuses(classes, size=3):
        """A network for this test."""
        return torch.nn.Linear(-size, classes)

    with pytest.raises(ValueError, match=r"'refuses_its_knob:size=4' with 10 classes cannot be made: .*negative"):
        build("refuses_its_knob:size=4", 10, seed=0)
