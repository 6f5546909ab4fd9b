"""The tables and figures about lazy models, from rows made by hand."""

from functools import partial

import pytest

from lazyartist.reporting.figure import save
from lazyartist.reporting.table import ACCURACIES
from lazyartist.studies import FIGURES, TABLES
from lazyartist.studies.lazy.tables import budget_tables, recolour_tables


METRICS = (*ACCURACIES, "follows_bias", "steps")


@pytest.mark.parametrize("study", ["lazy", "budget"])
@pytest.mark.parametrize("change", [{"epochs": 4}, {"network": "mlp"}, {"correlation": 0.99}], ids=str)
def test_rows_of_different_settings_are_never_averaged(row, study, change):
    own = {"step": 5} if study == "budget" else {}
    rows = [
        row(metric=metric, value=0.1 + 0.8 * i, own=own, **keys)
        for metric in METRICS
        for i, keys in enumerate(({}, change))
    ]
    (table,) = TABLES[study](rows)
    shown = [cell for line in table.rows for cell in line]
    assert len(table.rows) == 2
    assert "50.0" not in shown
    assert {"10.0", "90.0"} <= set(shown)


def test_steps_are_lines_in_their_order(row):
    rows = [row(metric=m, value=0.5, own={"step": step}) for m in ACCURACIES for step in (100, 20)]
    (table,) = budget_tables(rows)
    assert [line[3] for line in table.rows] == ["20", "100"]


def test_the_recolour_proof_is_a_table_of_class_by_colour(row):
    rows = [row(metric="follows_bias", seed=s, detail=[[1.0, 0.5 + 0.1 * s], [0.0, 1.0]]) for s in (0, 1)]
    (table,) = recolour_tables(rows)
    assert table.header == ("in the colour of", "0", "1")
    assert table.rows == [["a 0", "100", "55"], ["a 1", "0", "100"]]


@pytest.mark.parametrize("study", ["lazy", "budget"])
def test_every_figure_can_be_drawn_of_one_other_network(row, study, tmp_path):
    own = {"step": 5} if study == "budget" else {}
    rows = [row(metric=m, network="resnet18", strategy="new", own=own, detail=[[1, 2], [3, 4]]) for m in METRICS[:4]]
    save(partial(FIGURES[study], rows), tmp_path / "figure.svg")
    assert (tmp_path / "figure.svg").stat().st_size
