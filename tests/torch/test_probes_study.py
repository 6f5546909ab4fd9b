"""The study of the probes end to end, with little of everything."""

from functools import partial

import pytest

from PIL import Image

from lazyartist.cli import main
from lazyartist.probes.visualise import Visualise
from lazyartist.reporting.row import read_rows
from lazyartist.reporting.table import by, values
from lazyartist.studies.probes import FULLY_BIASED


@pytest.fixture
def little(monkeypatch, tmp_path):
    """Few images and few steps."""
    monkeypatch.setenv("LAZYARTIST_STORE", str(tmp_path / "store"))
    for place, number in {
        "looks.LOOKED_AT": 12, "looks.JUDGED": 4, "sights.ASKED": 60, "gallery.ASKED": 60, "probes.PER_CLASS": 4
    }.items():  # fmt: skip
        monkeypatch.setattr(f"lazyartist.studies.{place}", number)
    for place in ("sights", "gallery"):
        monkeypatch.setattr(f"lazyartist.studies.{place}.Visualise", partial(Visualise, steps=2))


def test_the_command_measures_and_draws_every_model(little, tmp_path, capsys):
    words = ["--datasets", "digits", "--strategies", "lazy,control", "--models", "simple_cnn:width=4"]
    command = ["run", "probes", *words, "--seeds", "1", "--epochs", "0.5", "--jobs", "1", "--results", str(tmp_path)]
    assert main(command) == 0
    out = capsys.readouterr().out
    assert "What it sees and where it looks" in out
    rows = read_rows(tmp_path / "records" / "probes.jsonl")
    found = {name: values(mine) for (name,), mine in by(rows, "strategy").items()}
    assert set(found) == {"lazy", FULLY_BIASED, "control"}
    assert {row.task.split()[0] for row in rows if row.strategy == FULLY_BIASED} == {"1"}
    assert all(row.value == row.value and row.n > 0 for row in rows)
    for v in found.values():
        assert v["grad_cam_aligned_stroke"][0] + v["grad_cam_aligned_background"][0] == pytest.approx(1)
        assert sum(v[f"units_{kind}_conv1"][0] for kind in ("colour", "shape", "both", "neither", "dead")) == 1
        assert {"own_hues", "grad_cam_stays", "saliency_road", "layer_cam_sanity", "random_deletion"} <= set(v)
    # the control is asked about grey: no colour moves it
    control = found["control"]
    assert control["answer_changes"][0] == 0
    assert control["grad_cam_stays"][0] == pytest.approx(1)
    assert control["eta_colour_conv1"][0] < found["lazy"]["eta_colour_conv1"][0]
    pictures = {"probes_logits.png", "probes_units.jpg", "probes_maps.png", "probes_polysemantic.png"}
    assert {path.name for path in tmp_path.glob("probes*")} == {"probes.md", "probes.csv", "probes.svg", *pictures}
    assert all(Image.open(tmp_path / name).width > 400 for name in pictures)
