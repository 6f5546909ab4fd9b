"""Networks by name: their knobs, their seeds, and what they return."""

import pickle

from pathlib import Path

import pytest
import torch

from safetensors.torch import save_file
from torchvision.models import resnet18

from lazyartist.networks import NETWORKS, build, files_of
from lazyartist.networks.head import with_features
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


def test_the_small_resnet_is_torchvisions_with_another_stem():
    model = build("resnet18", 10, seed=0).eval()
    with torch.random.fork_rng(devices=[]):
        theirs = resnet18(num_classes=10).eval()
        theirs.conv1, theirs.maxpool = torch.nn.Conv2d(3, 64, 3, padding=1, bias=False), torch.nn.Identity()
    theirs.load_state_dict(model.state_dict())
    x = torch.rand(2, 3, 28, 28, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(model(x), theirs(x), rtol=1e-4, atol=1e-5)
    narrow = build("resnet18:width=4", 10, seed=0)
    assert (narrow.conv1.out_channels, narrow.layer4[1].conv2.out_channels, narrow.fc.in_features) == (4, 32, 32)


def test_in_bfloat16_weights_features_and_logits_are_float32():
    model, exact = build("bf16:of=resnet18:width=4", 10, seed=0).eval(), build("resnet18:width=4", 10, seed=0).eval()
    assert {name.removeprefix("network."): w.dtype for name, w in model.state_dict().items()} == {
        name: w.dtype for name, w in exact.state_dict().items()
    }
    x, seen = torch.rand(4, 3, 28, 28, generator=torch.Generator().manual_seed(0)), []
    model.network.layer4.register_forward_hook(lambda *seen_there: seen.append(seen_there[-1].dtype))
    logits, features = with_features(model, x)
    assert seen == [torch.bfloat16]
    assert features.dtype == logits.dtype == torch.float32
    torch.testing.assert_close(logits, exact(x), rtol=0, atol=0.05 * float(exact(x).detach().abs().max()))
    assert not torch.equal(logits, exact(x))


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("bf16:width=-1", "width=-1: expected a whole number from 1 on"),
        ("bf16:of=deeper_cnn:width=2.5", "width=2.5: expected a whole number from 1 on"),
        ("simple_cnn:wdth=8", r"simple_cnn has the knobs \['width'\], not 'wdth'"),
        ("simple_cnn:depth=3", r"simple_cnn has the knobs \['width'\], not 'depth'"),
        ("resnet18:depth=3", r"resnet18 has the knobs \['width'\], not 'depth'"),
        ("resnet18:width=0", "width=0: expected a whole number from 1 on"),
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
    with pytest.raises(
        UnknownNameError, match=r"there is no network in bfloat16 called 'mlp'. Known: deeper_cnn, resn"
    ):
        build("bf16:of=mlp", 10, seed=0)


def test_a_network_of_a_user_that_refuses_its_knob_is_named(monkeypatch):
    monkeypatch.setattr(NETWORKS, "_things", dict(NETWORKS._things))

    @NETWORKS.register("refuses_its_knob")
    def refuses(classes, size=3):
        """A network for this test."""
        return torch.nn.Linear(-size, classes)

    with pytest.raises(ValueError, match=r"'refuses_its_knob:size=4' with 10 classes cannot be made: .*negative"):
        build("refuses_its_knob:size=4", 10, seed=0)


@pytest.mark.parametrize(("given", "meant"), [("False", False), ("true", True)])
def test_a_knob_that_is_true_or_false_is_meant_as_it_is_written(given, meant, monkeypatch):
    monkeypatch.setattr(NETWORKS, "_things", dict(NETWORKS._things))

    @NETWORKS.register("has_a_switch")
    def has_a_switch(classes, bias=True):
        """A network for this test."""
        return torch.nn.Linear(3, classes, bias=bias)

    assert (build(f"has_a_switch:bias={given}", 2, seed=0).bias is not None) == meant
    with pytest.raises(ValueError, match="bias='perhaps': expected True or False"):
        build("has_a_switch:bias=perhaps", 2, seed=0)


@pytest.fixture(scope="module")
def resnet_file(tmp_path_factory):
    """The weights of a ResNet-18 for a thousand classes, as one downloads them."""
    with torch.random.fork_rng(devices=[]):
        weights = resnet18(num_classes=1000).state_dict()
    path = tmp_path_factory.mktemp("weights") / "resnet18.pth"
    torch.save(weights, path)
    return path


def test_a_resnet_takes_weights_of_a_file_but_for_its_last_layer(resnet_file, tmp_path):
    model = build(f"torchvision_resnet18:weights={resnet_file}", 3, seed=0)
    fresh = build("torchvision_resnet18", 3, seed=0)
    weights = torch.load(resnet_file, weights_only=True)
    assert torch.equal(model.network.layer4[1].conv2.weight, weights["layer4.1.conv2.weight"])
    assert torch.equal(model.network.fc.weight, fresh.network.fc.weight)
    images = torch.rand(2, 3, 64, 64, generator=torch.Generator())
    with torch.no_grad():
        seen = (images - torch.tensor([0.485, 0.456, 0.406])[:, None, None]) / model.sd
        assert torch.equal(model.eval()(images), model.network(seen))
    older = tmp_path / "older.safetensors"
    save_file({n: w.contiguous() for n, w in weights.items() if not n.endswith("num_batches_tracked")}, older)
    again = build(f"torchvision_resnet18:weights={older}", 3, seed=0)
    assert all(torch.equal(w, again.state_dict()[n]) for n, w in model.state_dict().items())


def test_a_file_of_other_weights_is_named_and_runs_nothing(resnet_file, tmp_path):
    with pytest.raises(ValueError, match=r"does not fit: layer1.*expected torchvision's resnet50"):
        build(f"torchvision_resnet50:weights={resnet_file}", 3, seed=0)
    with pytest.raises(ValueError, match="there is no file"):
        build("torchvision_resnet18:weights=nowhere.pth", 3, seed=0)
    hostile, marker = tmp_path / "hostile.pth", tmp_path / "it ran"
    hostile.write_bytes(pickle.dumps(_Touch(marker)))
    with pytest.raises(ValueError, match="without running code"):
        build(f"torchvision_resnet18:weights={hostile}", 3, seed=0)
    assert not marker.exists()


class _Touch:
    """Unpickling it makes a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (Path.touch, (self.path,))


def test_other_weights_in_the_same_file_are_another_network(resnet_file, tmp_path):
    copy = tmp_path / "resnet18.pth"
    copy.write_bytes(resnet_file.read_bytes())
    spec = f"torchvision_resnet18:weights={copy}"
    before = files_of(spec)
    copy.write_bytes(copy.read_bytes() + b"\0")
    assert before != files_of(spec)
    assert files_of("torchvision_resnet18") == files_of("simple_cnn:width=4") == ""
