"""Networks of others: what is taken, and what is said of a file that cannot be."""

import re

import pytest
import torch

from safetensors.torch import save_file

from lazyartist.cli import main
from lazyartist.networks.load import ModelFileError, load_model
from lazyartist.registry import UnknownNameError
from lazyartist.training.fit import build


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


def export(model, path, *, batch=None, size=28):
    dynamic = None if batch else ({0: torch.export.Dim("batch")},)
    program = torch.export.export(
        model, (torch.zeros(batch or 2, 3, size, size),), dynamic_shapes=dynamic, strict=False
    )
    torch.export.save(program, path)
    return path


def test_weights_come_back(model, images, weights):
    loaded = load_model(weights, NETWORK).train()  # it can be trained on, unlike an exported one
    assert all(
        torch.equal(a, b) for a, b in zip(model.state_dict().values(), loaded.state_dict().values(), strict=True)
    )
    with torch.no_grad():
        assert torch.allclose(load_model(weights, NETWORK)(images), model(images), atol=1e-5)


@pytest.mark.filterwarnings("ignore:No complete tensor:UserWarning")
def test_an_exported_network_is_asked_like_any_other(model, images, tmp_path, capsys):
    path = export(model, tmp_path / "mine.pt2")
    loaded = load_model(path)
    with torch.no_grad():
        assert torch.allclose(loaded.train().eval()(images), model(images), atol=1e-5)
    command = ["attack", "--model", str(path), "--from", "7", "--to", "3", "--dataset", "digits", "--images", "2"]
    assert main(command) == 0
    out = capsys.readouterr().out
    assert "2 test images of digits that show a 7" in out
    found, proven = (re.search(rf"{word} +(\S+)", out).group(1) for word in ("found", "proven"))
    assert 0 < float(proven) <= float(found)


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
        ("simple_cnn:width=4:classes=7", ModelFileError, "has head.weight of shape 10×16, where the network has 7×16"),
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
        ("a.pt2", r"is no network written by torch.export.save"),
        ("a.pth", "neither .safetensors nor .pt2: write the weights with"),
    ):
        (tmp_path / name).write_bytes(b"nonsense")
        with pytest.raises(ModelFileError, match=message):
            load_model(tmp_path / name, NETWORK)
    torch.save({"weights": torch.zeros(3)}, tmp_path / "b.pt2")
    with pytest.raises(ModelFileError, match=r"is no network written by torch.export.save"):
        load_model(tmp_path / "b.pt2")


@pytest.mark.filterwarnings("ignore:No complete tensor:UserWarning")
def test_exported_networks_that_cannot_be_used(model, tmp_path):
    with pytest.raises(ModelFileError, match="exactly 2 images at a time: export it with"):
        load_model(export(model, tmp_path / "two.pt2", batch=2))
    with pytest.raises(ModelFileError, match=r"expected one batch of images \(N, C, H, W\)"):
        load_model(_of_vectors(tmp_path / "vectors.pt2"))
    small = load_model(export(model, tmp_path / "small.pt2", size=20))
    with pytest.raises(ModelFileError, match="takes images of 3×20×20, got 3×28×28: export it with"):
        small(torch.zeros(2, 3, 28, 28))
    with pytest.raises(ModelFileError, match="exported in training mode"):
        load_model(export(build(NETWORK, 10, seed=0).train(), tmp_path / "trains.pt2"))


def _of_vectors(path):
    torch.export.save(torch.export.export(torch.nn.ReLU().eval(), (torch.zeros(2, 3),), strict=False), path)
    return path
