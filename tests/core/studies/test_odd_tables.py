"""The tables of outliers and counterfactuals on rows made by hand."""

from lazyartist.reporting.row import Origin, Row
from lazyartist.studies.latents.odd_tables import counterfactuals_tables, outliers_tables


RECIPE = {"dataset": "room3d", "variant": "circle_vae", "coder": "basis_mlp", "latents": 6, "steps": 5000}


def rows_of(study, keys, seed, **numbers):
    origin = Origin(run=f"{seed}", at=RECIPE)
    return [Row(study, {**RECIPE, **keys}, seed, name, value, 20, "", origin) for name, value in numbers.items()]


def test_detectors_and_protocols_have_lines_of_their_own():
    rows = [
        *rows_of("outliers", {"off": "hues", "odd": 25, "detector": "mcd"}, 0, auroc=0.9, precision=1.0),
        *rows_of("outliers", {"off": "hues", "odd": 25, "detector": "mcd"}, 1, auroc=0.8, precision=1.0),
        *rows_of("outliers", {"off": "hues", "odd": 4, "detector": "mcd"}, 0, auroc=0.7, precision=0.5),
    ]
    (table,) = outliers_tables(rows)
    lines = [dict(zip(table.header, line, strict=True)) for line in table.rows]
    assert [(line["odd"], line["seeds"]) for line in lines] == [("4 of 350", "1"), ("25 of 350", "2")]
    assert lines[0]["AUROC ↑"] == "0.7000"
    assert lines[1]["AUROC ↑"].startswith("0.8500 ±")
    assert lines[1]["recall ↑"] == "–"


def test_moves_have_lines_of_their_own():
    rows = [
        *rows_of("counterfactuals", {"off": "hues", "move": "median"}, 0, valid=0.98, moved_latents=1.1),
        *rows_of("counterfactuals", {"off": "hues", "move": "none"}, 0, valid=0.0, moved_latents=0.0),
    ]
    (table,) = counterfactuals_tables(rows)
    lines = [dict(zip(table.header, line, strict=True)) for line in table.rows]
    assert [(line["move"], line["valid ↑"], line["latents moved"]) for line in lines] == [
        ("median", "0.980", "1.10"),
        ("none", "0.000", "0.00"),
    ]
