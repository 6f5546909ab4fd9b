"""Families as pictures: along a line one factor changes."""

import numpy as np
import torch

from lazyartist.data.room3d import GRID, Room3D
from lazyartist.data.sprites2d import Sprites2D
from lazyartist.reporting.figure import save
from lazyartist.studies.latents.family_figure import GAP, family_figure
from lazyartist.studies.latents.family_pictures import family_pictures


ROOM = {"floor_hue": 1, "wall_hue": 5, "object_hue": 0, "scale": 5, "shape": 3, "azimuth": 3}
SPRITE = {"shape": 2, "scale": 5, "orientation": 4, "x": 16, "y": 16}


def test_a_line_shows_one_factor_at_its_values():
    rows = family_pictures(Room3D(16), ROOM)
    assert {name: len(row) for name, row in rows.items()} == {
        **dict.fromkeys(("floor_hue", "wall_hue", "object_hue", "scale", "azimuth"), 8),
        "shape": 4,
    }
    sphere = dict(ROOM, shape=2)
    expected = Room3D(16).render(GRID.index_of(torch.tensor([list(sphere.values())])))[0]
    assert np.array_equal(rows["shape"][2], expected.permute(1, 2, 0).cpu().numpy())
    assert all(len(np.unique(row, axis=0)) == len(row) for row in rows.values())


def test_families_stand_beside_each_other(tmp_path):
    families = {"room3d": family_pictures(Room3D(16), ROOM), "sprites2d": family_pictures(Sprites2D(32), SPRITE)}
    figure = family_figure(families)
    left, right = figure.subfigs
    words = [[text.get_text() for panel in side.axes for text in panel.texts] for side in (left, right)]
    assert words == [
        ["floor hue", "wall hue", "object hue", "scale", "shape", "azimuth"],
        ["shape", "scale", "orientation", "x", "y"],
    ]
    strip = left.axes[4].images[0].get_array()
    assert strip.shape == (16, 8 * (16 + GAP), 3)
    assert np.array_equal(strip[:, 16 + GAP : 32 + GAP], families["room3d"]["shape"][1])
    assert (strip[:, 4 * (16 + GAP) :] == 1).all()  # there are four shapes
    for path in (tmp_path / "one.png", tmp_path / "two.png"):
        save(lambda: family_figure(families), path)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
