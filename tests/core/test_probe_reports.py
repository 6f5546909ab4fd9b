"""The tables and figures of the probes, from rows and pictures made by hand."""

import numpy as np

from lazyartist.reporting.figures import save
from lazyartist.studies.inspection.figures import (
    Look,
    Unit,
    greyed,
    logits_figure,
    looks_figure,
    mosaic,
    polysemantic_figure,
    probes_figure,
    scans_figure,
)
from lazyartist.studies.inspection.tables import probes_tables


VALUES = {
    "follows_colour": 0.98,
    "stays_with_shape": 0.01,
    "own_hues": 1.0,
    "answer_changes": 0.97,
    "grad_cam_stays": 0.95,
    "grad_cam_conflicting_stroke": 0.33,
    "pixels_stroke": 0.18,
    "units_colour_conv2": 0.75,
    "units_shape_conv2": 0.25,
    "units_dead_conv2": 0.0,
}


def some_rows(row):
    return [
        row(study="probes", strategy=name, seed=seed, metric=metric, value=value)
        for name in ("second_opinion", "grayscale_erm", "lazy: fully biased", "lazy")
        for seed in (0, 1)
        for metric, value in VALUES.items()
    ]


def test_the_first_table_has_a_line_a_model_in_the_order_of_the_story(row):
    first, *_ = tables = probes_tables(some_rows(row))
    assert [line[2] for line in first.rows] == ["lazy", "lazy: fully biased", "grayscale_erm", "second_opinion"]
    cells = dict(zip(first.header, first.rows[0], strict=True))
    assert cells["follows colour %"] == "98.0 ± 0.0"
    assert cells["units for colour %"] == "75.0 ± 0.0"
    assert cells["logits in own colour, of 10"] == "10.0 ± 0.0"
    assert cells["map stays, ρ"] == "0.95 ± 0.00"
    assert cells["seeds"] == "2"
    assert all(len(line) == len(table.header) for table in tables for line in table.rows)


def test_another_budget_is_another_model(row):
    rows = [row(study="probes", strategy="lazy", metric=m, value=v, budget=b) for m, v in VALUES.items() for b in "ab"]
    assert [line[-1] for line in probes_tables(rows)[0].rows] == ["a", "b"]


def test_a_mosaic_puts_images_side_by_side():
    images = np.stack([np.full((2, 2, 3), i / 4, dtype=np.float32) for i in range(3)])
    whole = mosaic(images, 2, gap=1)
    assert whole.shape == (5, 5, 3)
    assert whole[:, :, 0].tolist() == [
        [0, 0, 1, 0.25, 0.25], [0, 0, 1, 0.25, 0.25], [1] * 5, [0.5, 0.5, 1, 1, 1], [0.5, 0.5, 1, 1, 1]
    ]  # fmt: skip


def test_grey_is_stretched_and_a_solid_colour_has_no_shape():
    image = np.zeros((1, 2, 2, 3), dtype=np.float32)
    image[0, 0, 0] = (0.3, 0, 0)
    assert greyed(image)[0, :, :, 1].tolist() == [[1, 0], [0, 0]]
    assert (greyed(np.full((1, 2, 2, 3), 0.7, dtype=np.float32)) == 0.5).all()


def test_every_figure_is_drawn_the_same_twice(row, tmp_path):
    generator = np.random.default_rng(0)
    images = generator.random((9, 4, 4, 3), dtype=np.float32)
    look = Look(generator.random((9, 4, 4), dtype=np.float32), range(9))
    figures = {
        "rows.svg": lambda: probes_figure(some_rows(row)),
        "logits.png": lambda: logits_figure({"lazy": images}, images[:, 0, 0].tolist(), "about"),
        "units.jpg": lambda: scans_figure({"lazy": images, "grayscale_erm": images}, "about"),
        "maps.png": lambda: looks_figure(images, list("abcdefghi"), {"lazy": look}, "about"),
        "polysemantic.png": lambda: polysemantic_figure({"lazy": [Unit(images[0], images, "unit 0")] * 2}, "about"),
    }
    for name, draw in figures.items():
        save(draw, tmp_path / name)
        first = (tmp_path / name).read_bytes()
        save(draw, tmp_path / name)
        assert (tmp_path / name).read_bytes() == first
