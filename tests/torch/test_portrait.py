import pytest
import torch

from safetensors.torch import save_file
from torch import nn

from lazyartist.cli import main
from lazyartist.attribution.layer import map_layers
from lazyartist.studies.inspection.model_report import portrait


def test_the_layers_are_the_outermost_that_put_out_maps(nets):
    assert map_layers(nets.settled(), nets.batch(2)) == ("conv1", "conv2", "conv3")
    assert map_layers(nn.Sequential(nn.Identity(), nets.settled()), nets.batch(2)) == ("1.conv1", "1.conv2", "1.conv3")
    assert map_layers(nets.Linear(), nets.batch(2)) == ()
    model = nets.settled()
    before = nets.trace(model)
    map_layers(model, nets.batch(2))
    assert nets.trace(model) == before


def test_probe_takes_a_checkpoint_of_the_users_own(nets, tmp_path, capsys):
    file = tmp_path / "mine.safetensors"
    save_file({name: tensor.contiguous() for name, tensor in nets.settled().state_dict().items()}, file)
    assert main(["probe", "--model", str(file), "--network", "simple_cnn:width=4", "--dataset", "digits"]) == 0
    out = capsys.readouterr().out
    for line in ("follows the colour", "stays with the shape", "Grad-CAM at conv3: on the stroke", "units of conv2"):
        assert line in out
    assert main(["probe", "--model", str(file), "--dataset", "digits"]) == 2
    assert "name their network too" in capsys.readouterr().err


def test_a_model_without_layers_is_told_what_it_lacks(nets, task):
    table = portrait(nets.Linear(10), task)
    assert "has no layers that put out maps" in table.note
    assert not any("units" in row[0] for row in table.rows)
    assert any("integrated gradients: on the stroke" in row[0] for row in table.rows)
    with pytest.raises(KeyError, match="no layer called 'conv9'"):
        portrait(nets.settled(), task, "conv9")
    with pytest.raises(ValueError, match=r"expected \(batch, 10\)"):
        portrait(nets.Linear(3), task)
    assert torch.is_grad_enabled()
