"""Thirteen model files made to run code when they are read: nothing of them runs, whatever they are called."""

import io
import json
import pickle
import re
import struct
import zipfile

import pytest
import torch

from torch import nn

from lazyartist.cli import main
from lazyartist.networks.exported import ModelFileError
from lazyartist.networks.load import load_model


pytestmark = pytest.mark.filterwarnings("ignore:.torch.jit:FutureWarning")


class Payload:
    """Unpickled, it makes a file."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return open, (str(self.marker), "w")


def pickled(marker):
    return pickle.dumps(Payload(marker))


def saved(marker):
    file = io.BytesIO()
    torch.save({"conv1.0.weight": Payload(marker)}, file)
    return file.getvalue()


def scripted(marker):
    file = io.BytesIO()
    torch.jit.save(torch.jit.script(nn.ReLU()), file, _extra_files={"data.pkl": pickled(marker)})
    return file.getvalue()


def header(marker):
    """A safetensors file whose header is a pickle."""
    content = pickled(marker)
    return struct.pack("<Q", len(content)) + content


@pytest.fixture(scope="module")
def archive():
    """The members of a good .pt2 file."""
    file, shapes = io.BytesIO(), ({0: torch.export.Dim("batch")},)
    with torch.random.fork_rng(devices=[]):
        model = nn.Sequential(nn.Flatten(), nn.Linear(3 * 28 * 28, 10)).eval()
        torch.export.save(torch.export.export(model, (torch.zeros(2, 3, 28, 28),), dynamic_shapes=shapes), file)
    with zipfile.ZipFile(file) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def changed(members, change):
    """A .pt2 file with some members changed: what their names end in -> old content -> new content."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for name, content in members.items():
            for ending, new in change.items():
                content = new(content) if name.endswith(ending) else content
            packed.writestr(name, content)
        root = next(iter(members)).partition("/")[0]
        for ending, new in change.items():
            if not any(name.endswith(ending) for name in members):
                packed.writestr(f"{root}/{ending}", new(b""))
    return file.getvalue()


def with_json(content, change):
    read = json.loads(content)
    change(read)
    return json.dumps(read).encode()


def weight_as_pickle(content):
    return with_json(content, lambda read: [w.update(use_pickle=True) for w in read["config"].values()])


def opaque(content):
    return with_json(content, lambda read: read["config"].update(x={"path_name": "opaque_obj_0", "is_param": False}))


def custom(content):
    return with_json(content, lambda read: read["config"].update(x={"path_name": "custom_obj_0", "is_param": False}))


def expression(marker):
    """Sizes are expressions, which are evaluated."""
    word = json.dumps(f"open({str(marker)!r}, 'w')")[1:-1].encode()
    return lambda content: re.sub(rb'"expr_str": "[^"]*"', lambda _: b'"expr_str": "' + word + b'"', content)


def forged(marker, archive):
    bad = pickled(marker)
    return {
        "a.pt": saved(marker),
        "a.pth": saved(marker),
        "b.pt": bad,
        "c.pt": scripted(marker),
        "a.safetensors": bad,
        "b.safetensors": saved(marker),
        "c.safetensors": header(marker),
        "weight.pt2": changed(archive, {"weight_0": lambda _: bad, "weights_config.json": weight_as_pickle}),
        "opaque.pt2": changed(archive, {"opaque_obj_0": lambda _: bad, "constants_config.json": opaque}),
        "custom.pt2": changed(archive, {"custom_obj_0": lambda _: bad, "constants_config.json": custom}),
        "expression.pt2": changed(archive, {"model.json": expression(marker)}),
        "inputs.pt2": changed(archive, {"sample_inputs/model.pt": lambda _: saved(marker)}),
        "old.pt2": changed({"serialized_exported_program.json": b"{}"}, {"serialized_state_dict.pt": lambda _: bad}),
    }


def test_there_are_thirteen(tmp_path, archive):
    assert len(forged(tmp_path / "ran", archive)) == 13


@pytest.mark.parametrize("name", [
    "a.pt", "a.pth", "b.pt", "c.pt", "a.safetensors", "b.safetensors", "c.safetensors", "weight.pt2", "opaque.pt2",
    "custom.pt2", "expression.pt2", "inputs.pt2", "old.pt2",
])  # fmt: skip
def test_nothing_runs(name, tmp_path, archive, capsys):
    marker = tmp_path / "ran"
    path = tmp_path / name
    path.write_bytes(forged(marker, archive)[name])
    for network in (None, "simple_cnn:width=4"):
        with pytest.raises(ModelFileError, match=re.escape(str(path))):
            load_model(path, network)
        words = ["--network", network] if network else []
        for command in ("probe", "check"):
            assert main([command, "--model", str(path), *words, "--data", "digits"]) == 2
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert not marker.exists()
    if name.endswith(".pt2"):  # why, and the safe ways
        assert "may run code of its author's choice" in said
        assert "--trust" in said
        assert "'simple_cnn:width=16'" in said
        assert "'my_module:make'" in said


def test_the_payload_is_a_real_one(tmp_path, archive):
    """Trusted, it runs: so the others were refused, and not merely broken."""
    marker, path = tmp_path / "ran", tmp_path / "weight.pt2"
    path.write_bytes(forged(marker, archive)["weight.pt2"])
    with pytest.raises(ModelFileError, match="damaged"):
        load_model(path, trust=True)
    assert marker.exists()
