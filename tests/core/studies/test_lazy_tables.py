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
    for table in TABLES[study](rows):
        shown = [cell for line in table.rows for cell in line]
        assert len(table.rows) == 2
        assert table.rows[0] != table.rows[1]
        assert "50.0" not in shown
        assert {"10.0", "90.0"} <= set(shown)


def test_steps_are_lines_in_their_order(row):
    rows = [row(metric=m, value=0.5, own={"step": step}) for m in ACCURACIES for step in (100, 20)]
    _, table = budget_tables(rows)
    assert [line[3] for line in table.rows] == ["20", "100"]


def test_of_each_lie_it_is_said_when_it_is_learnt_and_when_the_shapes_are(row):
    curve = {10: (0.2, 0.2), 20: (0.96, 0.2), 40: (0.97, 0.4), 80: (0.99, 0.6)}
    about = dict(zip(ACCURACIES, (0.0, 0.1, -0.1), strict=True))  # of two hard splits the mean counts
    rows = [
        row(metric=m, value=(hard if about[m] else easy) + about[m] + more, own={"step": step}, bias=bias, seed=seed)
        for bias, delay in (("colour", 0), ("wave", 5))
        for step, (easy, hard) in ((step + delay, values) for step, values in curve.items())
        for m in ACCURACIES
        for seed, more in enumerate((0.004, -0.004))
    ]
    table, _ = budget_tables(rows)
    assert [line[0] for line in table.rows] == ["mnist", "mnist, wave"]
    assert [[line[3], *line[5:7]] for line in table.rows] == [["20", "80", "80"], ["25", "85", "85"]]
    assert [line[7] for line in table.rows] == ["60.0 ± 5.1"] * 2


def test_what_never_comes_is_a_dash(row):
    rows = [row(metric=m, value=0.3, own={"step": 10}) for m in ACCURACIES]
    table, _ = budget_tables(rows)
    assert table.rows[0][3:8] == ["–", "–", "–", "10", "30.0"]


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
