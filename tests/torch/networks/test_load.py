"""Networks of others: what is taken, and what is said of a file that cannot be."""

import sys

import pytest
import safetensors.torch
import torch

from safetensors.torch import save_file

from lazyartist.cli import main
from lazyartist.networks import build
from lazyartist.networks.exported import ModelFileError
from lazyartist.networks.load import HOW, load_model
from lazyartist.registry import UnknownNameError


NETWORK = "simple_cnn:width=4"


@pytest.fixture(scope="module")
def model():
    return build(NETWORK, 10, seed=0).eval()


@pytest.fixture(scope="module")
def images():
    return torch.rand(3, 3, 28, 28, generator=torch.Generator())


@pytest.fixture
def weights(model, tmp_path):
    path = tmp_path / "mine.safetensors"
    save_file({name: tensor.contiguous() for name, tensor in model.state_dict().items()}, path)
    return path


def test_weights_come_back(model, images, weights):
    loaded = load_model(weights, NETWORK).train()  # it can be trained on, unlike an exported one
    assert all(
        torch.equal(a, b) for a, b in zip(model.state_dict().values(), loaded.state_dict().values(), strict=True)
    )
    with torch.no_grad():
        assert torch.allclose(load_model(weights, NETWORK)(images), model(images), atol=1e-5)


def test_the_command_says_what_it_cannot_use(weights, tmp_path, capsys):
    words = ["--from", "7", "--to", "3", "--dataset", "digits"]
    assert main(["attack", "--model", str(weights), *words]) == 2
    assert "name their network too" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ("7", "7", "--from 7 --to 7: to name an image right is no success of an attack; give two classes"),
        ("12", "3", "--from 12: digits has the classes 0 to 9; give one of them"),
        ("7", "12", "--to 12: digits has the classes 0 to 9; give one of them"),
    ],
)
def test_the_command_refuses_classes(weights, capsys, source, target, message):
    words = ["--network", NETWORK, "--dataset", "digits", "--from", source, "--to", target]
    assert main(["attack", "--model", str(weights), *words]) == 2
    assert message in capsys.readouterr().err


def test_the_command_refuses_files(tmp_path, capsys):
    words = ["--network", NETWORK, "--dataset", "digits", "--from", "7", "--to", "3"]
    (tmp_path / "notes.txt").write_text("a model")
    for name, message in (
        ("nothing.pt2", "nothing.pt2: expected weights (.safetensors) or a whole network (.pt2, torch.export.save)"),
        ("notes.txt", "notes.txt is neither .safetensors nor .pt2: write the weights with"),
    ):
        assert main(["attack", "--model", str(tmp_path / name), *words]) == 2
        assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("network", "error", "message"),
    [
        (None, ModelFileError, "holds weights only: name their network too"),
        ("simple_cn:width=4", UnknownNameError, "Did you mean simple_cnn"),
        ("simple_cnn:width=5", ModelFileError, "has conv1.0.weight of shape 4×3×3×3, where the network has 5×3×3×3"),
        ("simple_cnn:wdth=4", ValueError, r"simple_cnn has the knobs \['width'\], not 'wdth'"),
        ("simple_cnn:width=0", ValueError, "width=0: expected a whole number from 1 on"),
        ("simple_cnn:width=4:classes=7", ValueError, "the number of classes is the dataset's; leave 'classes' out"),
        ("deeper_cnn:width=4", ModelFileError, "lacks conv4.0.weight; it lacks .*, and [0-9]+ more"),
        ("mlp", ModelFileError, "lacks 1.weight"),
    ],
)
def test_weights_that_do_not_fit(weights, network, error, message):
    with pytest.raises(error, match=message):
        load_model(weights, network)


def test_files_that_are_none(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no file"):
        load_model(tmp_path / "nothing.pt2")
    for name, message in (
        ("a.safetensors", "is no safetensors file"),
        ("a.pth", r"neither .safetensors nor .pt2: write the weights with .*contiguous\(\)"),
    ):
        (tmp_path / name).write_bytes(b"nonsense")
        with pytest.raises(ModelFileError, match=message):
            load_model(tmp_path / name, NETWORK)


@pytest.mark.parametrize("prefix", ["module.", "_orig_mod.", "module._orig_mod.", "model.", "net.backbone."])
def test_the_prefix_of_a_wrapper_is_taken_off(model, tmp_path, prefix):
    weights = {prefix + name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    save_file(weights, tmp_path / "wrapped.safetensors")
    loaded = load_model(tmp_path / "wrapped.safetensors", NETWORK)
    assert all(torch.equal(loaded.state_dict()[name], tensor) for name, tensor in model.state_dict().items())


def test_a_compiled_part_has_its_prefix_in_the_middle(model, tmp_path):
    weights = {name.replace("conv1.", "conv1._orig_mod."): t.contiguous() for name, t in model.state_dict().items()}
    save_file(weights, tmp_path / "part.safetensors")
    assert torch.equal(load_model(tmp_path / "part.safetensors", NETWORK).conv1[0].weight, model.conv1[0].weight)


@pytest.mark.parametrize("classes", [2, 7, 37])
def test_the_weights_tell_the_number_of_classes(tmp_path, classes):
    few = build(NETWORK, classes, seed=1)
    save_file({name: tensor.contiguous() for name, tensor in few.state_dict().items()}, tmp_path / "few.safetensors")
    assert torch.equal(load_model(tmp_path / "few.safetensors", NETWORK).head.weight, few.head.weight)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_broken_weights_are_refused(tmp_path, value):
    broken = build(NETWORK, 10, seed=0)
    torch.nn.init.constant_(broken.conv2[0].weight, value)
    save_file({name: tensor.contiguous() for name, tensor in broken.state_dict().items()}, tmp_path / "a.safetensors")
    with pytest.raises(ModelFileError, match=r"values in conv2.0.weight that are not finite"):
        load_model(tmp_path / "a.safetensors", NETWORK)


def test_the_advice_how_to_write_weights_works(model, tmp_path):
    path = tmp_path / "advised.safetensors"
    eval(HOW.replace("...", "path"), {"safetensors": safetensors, "model": model, "path": path})
    assert torch.equal(load_model(path, NETWORK).conv2[0].weight, model.conv2[0].weight)


def test_a_file_that_can_run_code_must_be_trusted(tmp_path):
    (tmp_path / "any.pt2").write_bytes(b"")
    with pytest.raises(ModelFileError, match=r"may run code .* trust=True \(--trust .*\.safetensors need no trust"):
        load_model(tmp_path / "any.pt2")


OWN = """
from torch import nn

class Own(nn.Module):
    def __init__(self, classes=10, width=4):
        super().__init__()
        self.body, self.head = nn.Linear(3 * 28 * 28, width), nn.Linear(width, classes)

    def forward(self, x):
        return self.head(self.body(x.flatten(1)).relu())

def make():
    return Own(7, 5)

def nothing():
    return "a network"
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A module of the user's own where a command is called, and a way to write weights of its networks."""
    (tmp_path / "things_of_a_user.py").write_text(OWN)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [place for place in sys.path if place])
    yield lambda network: save_file(dict(network.state_dict()), "own.safetensors")
    sys.modules.pop("things_of_a_user", None)


def test_a_network_of_ones_own_module_needs_no_trust(own, tmp_path, nets, capsys):
    sys.path.insert(0, str(tmp_path))
    from things_of_a_user import Own, make

    path = tmp_path / "own.safetensors"
    for spec, network in (("Own", lambda: Own(3)), ("Own:width=6", lambda: Own(3, 6)), ("make", make)):
        own(nets.seeded(network))
        assert torch.equal(load_model(path, f"things_of_a_user:{spec}").head.weight, nets.seeded(network).head.weight)
    own(nets.seeded(Own))
    words = ["--model", "own.safetensors", "--network", "things_of_a_user:Own", "--data", "digits"]
    assert main(["probe", *words]) == 0
    assert "follows" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("things_of_a_user:None", "expected the name of a module and of a class or function"),
        ("no_such_module:make", "No module named 'no_such_module'"),
        ("things_of_a_user:Own:depth=3", "cannot be made: .*depth"),
        ("things_of_a_user:nothing", "returns a str: expected a torch.nn.Module"),
        (".:make", "expected the name of a module"),
        (":make", "expected the name of a module"),
    ],
)
def test_what_is_no_network_of_ones_own_is_refused(own, weights, spec, message):
    with pytest.raises(ModelFileError, match=message):
        load_model(weights, spec)
