"""The pictures of a latent model, drawn of one that was learnt in a moment."""

from dataclasses import replace

import pytest
import torch

from PIL import Image, ImageSequence

from lazyartist.data.grid import FactorImages, Grid
from lazyartist.latents.budget import LatentBudget
from lazyartist.latents.learn import learn
from lazyartist.latents.odd_images import as_pictures
from lazyartist.latents.pictures import Pictures
from lazyartist.latents.vae import Vae
from lazyartist.reporting.figure import save
from lazyartist.studies.latents import pictures
from lazyartist.studies.latents.pictures import draw_latents


class Stripes(FactorImages):
    """6×5 pixels of one channel: the row and the column of a cross, each as bright as the other."""

    grid = Grid({"row": 6, "column": 5})
    fingerprint = "stripes"

    def render(self, index):
        row, column = self.grid.factors_of(index).T
        images = torch.zeros(len(index), 1, 6, 5)
        place = torch.arange(len(index))
        images[place, 0, row] = 1
        images[place, 0, :, column] = 1
        return images


class OneAngle(Vae):
    def circles(self, latents):
        return 1


FILES = [
    "latents_information.svg", "latents_responses.svg", "latents_units.svg", "latents_planes.png",
    "latents_traversals.png", "latents_traversals.gif", "latents_read.png", "latents_put.png",
]  # fmt: skip


@pytest.fixture(scope="module")
def model():
    """An angle, a line, and a line that is not in use."""
    budget = LatentBudget(steps=60, batch_size=32)
    learnt = learn(OneAngle(), Pictures(Stripes()), latents=3, coder="basis_mlp:width=16", budget=budget)
    return replace(learnt, active=torch.tensor([True, True, False]))


def test_all_pictures_are_drawn_and_come_out_the_same(model, tmp_path, monkeypatch):
    written = draw_latents(model, Stripes(), "stripes, seed 0", tmp_path / "one")
    assert [path.name for path in written] == FILES
    moving = tmp_path / "one" / "latents_traversals.gif"
    with Image.open(moving) as film:
        assert len(list(ImageSequence.Iterator(film))) > 12
    assert moving.stat().st_size <= 1_000_000
    # again, but only what is drawn fast
    monkeypatch.setattr(pictures, "save", lambda draw, path: path.suffix == ".svg" and save(draw, path))
    draw_latents(model, Stripes(), "stripes, seed 0", tmp_path / "two")
    for name in FILES:
        if not name.endswith(".png"):
            one, two = ((tmp_path / folder / name).read_bytes() for folder in ("one", "two"))
            assert one == two


def test_a_single_latent_has_no_plane(model, tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "save", lambda draw, path: None)
    monkeypatch.setattr(pictures, "save_animation", lambda frames, path: None)
    alone = replace(model, active=torch.tensor([False, True, False]))
    written = draw_latents(alone, Stripes(), "stripes", tmp_path)
    assert [path.name for path in written] == [name for name in FILES if name != "latents_planes.png"]


def test_a_model_without_latents_has_no_pictures(model, tmp_path):
    with pytest.raises(ValueError, match="none of the 3 latents"):
        draw_latents(replace(model, active=torch.zeros(3, dtype=torch.bool)), Stripes(), "stripes", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_channels_go_last():
    images = torch.rand(2, 3, 4, 5, generator=torch.Generator().manual_seed(0))
    assert torch.equal(torch.from_numpy(as_pictures(images)), images.permute(0, 2, 3, 1).cpu())
    assert torch.equal(torch.from_numpy(as_pictures(images[0])), images[0].permute(1, 2, 0).cpu())
