"""The study of the probes end to end, with little of everything."""

from functools import partial

import pytest
import torch

from PIL import Image
from torch import nn

from lazyartist.cli import main
from lazyartist.visualise import Visualise
from lazyartist.reporting.row import read_rows
from lazyartist.reporting.table import by, values
from lazyartist.studies.inspection.probes import FULLY_BIASED
from lazyartist.studies.inspection.unit_pictures import scan


@pytest.fixture
def little(monkeypatch, tmp_path):
    """Few images and few steps."""
    monkeypatch.setenv("LAZYARTIST_STORE", str(tmp_path / "store"))
    for place, number in {
        "looks.LOOKED_AT": 12, "looks.JUDGED": 4, "sights.ASKED": 60, "scans.ASKED": 60, "probes.PER_CLASS": 4
    }.items():  # fmt: skip
        monkeypatch.setattr(f"lazyartist.studies.{place}", number)
    for place in ("sights", "gallery", "scans"):
        monkeypatch.setattr(f"lazyartist.studies.{place}.Visualise", partial(Visualise, steps=2))


def test_the_command_measures_and_draws_every_model(little, tmp_path, capsys):
    words = ["--datasets", "digits", "--strategies", "lazy,control", "--models", "simple_cnn:width=4"]
    command = ["run", "probes", *words, "--seeds", "1", "--epochs", "0.5", "--jobs", "1", "--results", str(tmp_path)]
    assert main(command) == 0
    out = capsys.readouterr().out
    assert "What it sees and where it looks" in out
    rows = read_rows(tmp_path / "records" / "probes.jsonl")
    found = {name: values(mine) for (name,), mine in by(rows, "strategy").items()}
    assert set(found) == {"lazy", FULLY_BIASED, "grayscale_erm"}
    assert {row.task.split()[0] for row in rows if row.strategy == FULLY_BIASED} == {"1"}
    assert all(row.value == row.value and row.n > 0 for row in rows)
    for v in found.values():
        assert v["grad_cam_aligned_stroke"][0] + v["grad_cam_aligned_background"][0] == pytest.approx(1)
        assert sum(v[f"units_{kind}_conv1"][0] for kind in ("colour", "shape", "both", "neither", "dead")) == 1
        assert {"own_hues", "grad_cam_stays", "saliency_road", "layer_cam_sanity", "random_deletion"} <= set(v)
    # the control is asked about grey: no colour moves it
    control = found["grayscale_erm"]
    assert control["answer_changes"][0] == 0
    assert control["grad_cam_stays"][0] == pytest.approx(1)
    assert control["eta_colour_conv1"][0] < found["lazy"]["eta_colour_conv1"][0]
    pictures = {"probes_logits.png", "probes_maps.png", "probes_polysemantic.png"}
    pictures |= {f"probes_units_{layer}.jpg" for layer in ("conv1", "conv2", "conv3")}
    assert {path.name for path in tmp_path.glob("probes*")} == {"probes.md", "probes.csv", "probes.svg", *pictures}
    assert all(Image.open(tmp_path / name).width > 400 for name in pictures)


def test_a_scan_shows_an_edge_to_what_looks_for_edges_and_a_colour_to_what_looks_for_colours(task, monkeypatch):
    monkeypatch.setattr("lazyartist.studies.inspection.unit_pictures.Visualise", partial(Visualise, steps=80))
    with torch.random.fork_rng():
        block = nn.Sequential(nn.Conv2d(3, 2, 3, padding=1, bias=False), nn.ReLU())
    with torch.no_grad():
        block[0].weight[0] = torch.tensor([-1.0, 0, 1])  # brighter to the right, in every colour
        block[0].weight[1] = torch.tensor([1.0, -1, -1])[:, None, None]  # red
    seen = scan(nn.Sequential(block, nn.AdaptiveAvgPool2d(1), nn.Flatten()), "0", task.easy.subset(slice(0, 50)))
    edge, colour = seen.images[:, :, 3:-3, 3:-3]  # what lies beyond the border is black, which is an edge too
    assert edge.diff(dim=2).abs().mean() > 3 * edge.diff(dim=1).abs().mean() > 0
    assert edge.diff(dim=2).abs().mean() > 0.05
    assert colour.mean((1, 2)).tolist() == pytest.approx([1, 0, 0], abs=0.05)
    assert seen.percentiles.tolist() == [100, 100]
    assert seen.activity.shape == (50, 2)
