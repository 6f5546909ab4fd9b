"""Exported networks: which are taken, in batches of any size, and what is said of the others."""

import copy
import random
import re

import pytest
import torch

from torch import nn

from lazyartist.cli import main
from lazyartist.device import CPU, on_device
from lazyartist.networks import build
from lazyartist.networks.exported import ModelFileError
from lazyartist.networks.load import load_model


NETWORK = "simple_cnn:width=4"
Dim = torch.export.Dim
BATCH = Dim("batch")
pytestmark = pytest.mark.filterwarnings("ignore:No complete tensor:UserWarning")


@pytest.fixture(scope="module")
def model():
    return build(NETWORK, 10, seed=0).eval()


@pytest.fixture(scope="module")
def exported(model, tmp_path_factory):
    return export(model, tmp_path_factory.mktemp("exported") / "mine.pt2")


def export(model, path, *, batch=BATCH, example=(2, 3, 28, 28), dtype=torch.float32, sizes=None):
    dynamic = ({0: batch, **(sizes or {})},) if batch else None
    with on_device(CPU):  # an accelerator's kernels have limits of their own, which are exported too
        images, model = torch.zeros(example, dtype=dtype), copy.deepcopy(model).cpu()
        torch.export.save(torch.export.export(model, (images,), dynamic_shapes=dynamic, strict=False), path)
    return path


def test_what_was_exported_where_it_was_trained_runs_there(nets, tmp_path):
    model, few = nets.settled(NETWORK), Dim("few", max=512)
    program = torch.export.export(model, (nets.batch(2),), dynamic_shapes=({0: few},), strict=False)
    torch.export.save(program, tmp_path / "there.pt2")
    with torch.no_grad():
        found = load_model(tmp_path / "there.pt2", trust=True)(nets.batch(3))
        torch.testing.assert_close(found, model(nets.batch(3)), rtol=1e-4, atol=1e-5)


def test_an_exported_network_is_asked_like_any_other(model, nets, exported, capsys):
    loaded = load_model(exported, trust=True)
    with torch.no_grad():
        assert torch.allclose(loaded.train().eval()(nets.batch(3)), model(nets.batch(3)), atol=1e-5)
    command = ["attack", "--model", str(exported), "--from", "7", "--to", "3", "--dataset", "digits", "--images", "2"]
    assert main([*command, "--trust"]) == 0
    out = capsys.readouterr().out
    assert "2 test images of digits that show a 7" in out
    found, proven = (re.search(rf"{word} +(\S+)", out).group(1) for word in ("found", "proven"))
    assert 0 < float(proven) <= float(found)
    assert main(command) == 2
    assert "--trust" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("batch", "example"),
    [
        (Dim("batch", max=16), 2),
        (Dim("batch", min=4), 5),
        (Dim("batch", min=3, max=5), 4),
        (Dim.AUTO, 2),
    ],
    ids=["at most 16", "at least 4", "3 to 5", "auto"],
)
def test_batches_of_any_size_are_taken(model, nets, tmp_path, batch, example):
    path = export(model, tmp_path / "limited.pt2", batch=batch, example=(example, 3, 28, 28))
    loaded, images = load_model(path, trust=True), nets.batch(65)
    with torch.no_grad():
        for size in (1, 2, 16, 17, 65):
            assert torch.allclose(loaded(images[:size]), model(images[:size]), atol=1e-5)


def test_images_of_any_size_are_taken_where_it_was_exported_so(model, tmp_path):
    sizes = {2: Dim("height", min=33), 3: Dim("width", min=33)}
    path = export(model, tmp_path / "sizes.pt2", example=(2, 3, 40, 40), sizes=sizes)
    images = torch.rand(2, 3, 36, 48, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert torch.allclose(load_model(path, trust=True)(images), model(images), atol=1e-5)


class Changed(nn.Module):
    """A network whose logits are changed on their way out."""

    def __init__(self, model, change):
        super().__init__()
        self.model, self.change = model, change

    def forward(self, x):
        return self.change(self.model(x))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda z: (z, z), "the model returns a tuple: wrap it so that it returns logits alone"),
        (lambda z: {"logits": z}, "the model returns a dict"),
        (lambda z: z[:, :1], "one number per image"),
        (lambda z: z[:, :, None], r"has shape \(1, 10, 1\)"),
        (lambda z: z / 0, "not finite"),
    ],
)
def test_what_it_returns_is_checked_when_it_is_loaded(model, tmp_path, change, message):
    path = export(Changed(model, change), tmp_path / "changed.pt2")
    with pytest.raises(ModelFileError, match=f"changed.pt2 cannot be used: .*{message}"):
        load_model(path, trust=True)


@pytest.mark.parametrize("dtype", [torch.float16, torch.float64])
def test_images_are_float32(tmp_path, dtype):
    path = export(build(NETWORK, 10, seed=0).eval().to(dtype), tmp_path / "other.pt2", dtype=dtype)
    with pytest.raises(ModelFileError, match=rf"takes images of {dtype}: expected float32; export it after"):
        load_model(path, trust=True)


def test_networks_that_cannot_be_used(model, tmp_path):
    with pytest.raises(ModelFileError, match="exactly 2 images at a time: export it with"):
        load_model(export(model, tmp_path / "two.pt2", batch=None), trust=True)
    vectors = export(nn.ReLU().eval(), tmp_path / "vectors.pt2", batch=None, example=(2, 3))
    with pytest.raises(ModelFileError, match=r"expected one batch of images \(N, C, H, W\)"):
        load_model(vectors, trust=True)
    small = load_model(export(model, tmp_path / "small.pt2", example=(2, 3, 20, 20)), trust=True)
    with pytest.raises(ModelFileError, match="takes images of 3×20×20, got 3×28×28: export it with"):
        small(torch.zeros(2, 3, 28, 28))
    with pytest.raises(ModelFileError, match="exported in training mode"):
        load_model(export(build(NETWORK, 10, seed=0).train(), tmp_path / "trains.pt2"), trust=True)


def test_what_is_no_exported_network(tmp_path):
    (tmp_path / "a.pt2").write_bytes(b"nonsense")
    torch.save({"weights": torch.zeros(3)}, tmp_path / "b.pt2")
    for name in ("a.pt2", "b.pt2"):
        with pytest.raises(ModelFileError, match=r"is no network written by torch.export.save"):
            load_model(tmp_path / name, trust=True)


@pytest.mark.parametrize("seed", range(6))
def test_damage_never_ends_in_an_error_of_torch(exported, tmp_path, seed):
    noise, whole = random.Random(seed), exported.read_bytes()
    damaged = bytearray(whole[: noise.randrange(len(whole))] if seed % 2 else whole)
    for _ in range(20):
        damaged[noise.randrange(len(damaged))] = noise.randrange(256)
    (tmp_path / "damaged.pt2").write_bytes(damaged)
    with pytest.raises(ModelFileError, match=r"damaged.pt2"):
        load_model(tmp_path / "damaged.pt2", trust=True)
