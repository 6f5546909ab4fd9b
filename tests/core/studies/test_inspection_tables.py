"""The tables and figures about what models see and where they look, from rows and pictures made by hand."""

import numpy as np
import pytest

from lazyartist.reporting.figure import save
from lazyartist.studies import FIGURES, TABLES
from lazyartist.studies.inspection.metrics import FULLY_BIASED, layers_of, model_name
from lazyartist.studies.inspection.picture_figures import (
    MapPictures,
    UnitPictures,
    greyed,
    logits_figure,
    maps_figure,
    mosaic,
    polysemantic_figure,
    units_figure,
)
from lazyartist.studies.inspection.tables import probes_tables
from lazyartist.studies.lazy import CONTROL


VALUES = {
    "follows_bias": 0.98,
    "keeps_class": 0.01,
    "own_hues": 1.0,
    "answer_changes": 0.97,
    ("map_stays", "map=grad_cam"): 0.95,
    ("relevance_mass", "map=grad_cam", "images=conflicting", "region=stroke"): 0.33,
    ("relevance_mass", "map=grad_cam", "images=aligned", "region=stroke"): 0.44,
    ("pointing_game", "map=grad_cam", "images=aligned", "region=stroke"): 0.55,
    ("road", "map=random", "images=conflicting"): 0.02,
    ("pixels", "region=stroke"): 0.18,
    ("units", "layer=conv2", "kind=attribute"): 0.75,
    ("units", "layer=conv2", "kind=class"): 0.25,
    ("units", "layer=conv10", "kind=attribute"): 0.5,
    ("eta_squared", "layer=conv2", "factor=class"): 0.3,
    ("top_bits", "layer=conv2", "factor=attribute"): 1.5,
}
STRATEGIES = (
    {"strategy": "second_opinion"},
    {"strategy": CONTROL},
    {"strategy": "lazy", "correlation": 1.0},
    {"strategy": "lazy"},
)


def some_rows(row, models=STRATEGIES, seeds=(0, 1)):
    rows = []
    for model in models:
        for seed in seeds:
            for name, value in VALUES.items():
                metric, *own = [name] if isinstance(name, str) else name
                keys = dict(word.split("=") for word in own)
                detail = [[1.0, value], [0.5, 1.0]] if metric == "follows_bias" else None
                rows.append(
                    row(study="probes", seed=seed, metric=metric, value=value, n=10, detail=detail, own=keys, **model)
                )
    return rows


def cells(table, line=0):
    return dict(zip(table.header, table.rows[line], strict=True))


def test_the_first_table_has_one_line_per_model_in_the_order_of_the_story(row):
    first, *_ = tables = probes_tables(some_rows(row))
    assert [line[2] for line in first.rows] == ["lazy", "lazy, fully biased", "grayscale_erm", "second_opinion"]
    line = cells(first)
    assert line["follows colour %"] == "98.0 ± 0.0"
    assert line["keeps class %"] == "1.0 ± 0.0"
    assert line["units for colour %"] == "50.0 ± 0.0"  # of the last layer
    assert line["units for class %"] == "–"
    assert line["logits in own colour, of 10"] == "10.0 ± 0.0"
    assert line["map stays, ρ"] == "0.95 ± 0.00"
    assert line["map on stroke %"] == "33.0 ± 0.0"
    assert line["seeds"] == "2"
    assert all(len(line) == len(table.header) for table in tables for line in table.rows)


def test_every_number_stands_in_its_cell(row):
    _, relevance, faithfulness, units, recolour = probes_tables(some_rows(row, [{"strategy": "lazy"}]))
    assert [line[:4] for line in relevance.rows] == [
        ["Grad-CAM, last layer", "lazy", "aligned", "44.0 ± 0.0"],
        ["Grad-CAM, last layer", "lazy", "conflicting", "33.0 ± 0.0"],
        ["all the same everywhere", "–", "–", "18.0 ± 0.0"],
    ]
    assert cells(relevance)["highest point on stroke %"] == "55.0 ± 0.0"
    assert [line[:5] for line in faithfulness.rows] == [
        ["Grad-CAM, last layer", "lazy", "–", "–", "–"], ["random numbers", "lazy", "–", "–", "0.020 ± 0.000"]
    ]  # fmt: skip
    assert cells(faithfulness)["stays when recoloured, ρ"] == "0.95 ± 0.00"
    assert [line[0] for line in units.rows] == ["conv2", "conv10"]  # the order of the network, not of the alphabet
    line = cells(units)
    assert (line["colour %"], line["class %"]) == ("75.0 ± 0.0", "25.0 ± 0.0")
    assert (line["η² of colour"], line["η² of class"]) == ("–", "0.30 ± 0.00")
    assert (line["colour, bits"], line["class, bits"]) == ("1.50 ± 0.00", "–")
    assert recolour.rows == [["lazy", "a 0", "100", "98"], ["lazy", "a 1", "50", "100"]]


@pytest.mark.parametrize("change", [{"epochs": 9}, {"palette": "classic"}, {"unit_images": 5}], ids=str)
def test_another_setting_is_another_model(row, change):
    rows = [*some_rows(row, [{"strategy": "lazy"}]), *some_rows(row, [{"strategy": "lazy", **change}])]
    for table in probes_tables(rows):
        names = [line for line in table.rows if "lazy" in line]
        assert len(names) % 2 == 0
        assert len(names) >= 2


def test_a_dataset_that_cannot_be_repainted_has_the_tables_of_what_there_is(row):
    rows = [each for each in some_rows(row, [{"strategy": "erm", "bias": "wall"}]) if each.metric in ("units", "road")]
    first, faithfulness, units = probes_tables(rows)
    assert cells(first)["follows wall %"] == "–"
    assert [line[0] for line in faithfulness.rows] == ["random numbers"]
    assert "wall %" in units.header
    assert len(FIGURES["probes"](rows).axes) == 3


def test_the_fully_biased_model_is_known_by_its_keys():
    assert model_name({"strategy": "lazy", "correlation": 1.0}) == FULLY_BIASED
    assert model_name({"strategy": "lazy:check_every=10", "correlation": 1}) == FULLY_BIASED
    assert model_name({"strategy": "lazy", "correlation": 0.95}) == "lazy"
    assert model_name({"strategy": "erm", "correlation": 1.0}) == "erm"
    assert model_name({"strategy": "lazy"}) == "lazy"


def test_layers_keep_the_order_of_the_network(row):
    rows = [row(metric="units", own={"layer": layer, "kind": "dead"}) for layer in ("conv2", "conv10", "block")]
    assert layers_of(rows) == ["conv2", "conv10", "block"]


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


def test_the_figure_draws_the_recolour_proof_and_the_units_as_measured(row):
    proof, kinds, relevance = FIGURES["probes"](some_rows(row)).axes
    assert [round(bar.get_width(), 6) for bar in proof.patches] == [98, 1] * 4  # type: ignore[attr-defined]
    assert [label.get_text() for label in proof.get_yticklabels()][:2] == ["lazy", "lazy, fully biased"]
    heights = [round(bar.get_height(), 6) for bar in kinds.patches]  # type: ignore[attr-defined]
    assert heights[:5] == [75, 25, 0, 0, 0]
    assert [text.get_text() for text in relevance.get_legend().get_texts()] == [
        "lazy (l)", "lazy, fully biased (lfb)", "grayscale_erm (ge)", "second_opinion (so)"
    ]  # fmt: skip


def test_every_picture_shows_what_it_was_given():
    generator = np.random.default_rng(0)
    images = generator.random((9, 4, 4, 3), dtype=np.float32)
    maps = MapPictures(np.zeros((9, 4, 4), dtype=np.float32), range(9))
    logits = logits_figure({"a": images}, images[:, 0, 0].tolist(), "about")
    assert np.array_equal(logits.axes[9].images[0].get_array(), images[0])
    shown = maps_figure(images, list("abcdefghi"), {"a": maps}, "about")
    assert [panel.get_title() for panel in shown.axes[:9]] == list("abcdefghi")
    assert [panel.get_xlabel() for panel in shown.axes[18:]] == [f"“{answer}”" for answer in range(9)]
    units = units_figure({"a": images, "b": images[::-1]}, "about")
    assert [panel.get_title() for panel in units.axes[:2]] == ["a", "b"]
    several = polysemantic_figure({"a": [UnitPictures(images[0], images, "unit 0")] * 2}, "about")
    assert [panel.get_title() for panel in several.axes] == ["unit 0"] * 2


def test_every_figure_is_drawn_the_same_twice(row, tmp_path):
    generator = np.random.default_rng(0)
    images = generator.random((9, 4, 4, 3), dtype=np.float32)
    maps = MapPictures(generator.random((9, 4, 4), dtype=np.float32), range(9))
    figures = {
        "rows.svg": lambda: FIGURES["probes"](some_rows(row)),
        "logits.png": lambda: logits_figure({"lazy": images}, images[:, 0, 0].tolist(), "about"),
        "units.jpg": lambda: units_figure({"lazy": images, CONTROL: images}, "about"),
        "maps.png": lambda: maps_figure(images, list("abcdefghi"), {"lazy": maps}, "about"),
        "polysemantic.png": lambda: polysemantic_figure(
            {"lazy": [UnitPictures(images[0], images, "unit 0")] * 2}, "about"
        ),
    }
    for name, draw in figures.items():
        save(draw, tmp_path / name)
        first = (tmp_path / name).read_bytes()
        save(draw, tmp_path / name)
        assert (tmp_path / name).read_bytes() == first


def test_tables_and_figures_are_found_by_name():
    assert TABLES["probes"] is probes_tables
