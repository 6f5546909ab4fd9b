"""The tables of the benchmarks, from rows made by hand."""

import pytest

from lazyartist.reporting.records import append_run, read_rows
from lazyartist.reporting.table import by
from lazyartist.studies import FIGURES, TABLES
from lazyartist.studies.speed.metrics import (
    EPOCH,
    EVALUATION,
    HARD,
    MEASURED,
    MEMORY,
    OURS,
    RUN_SECONDS,
    SPUCO,
    TIMES_ERM,
    TRAINING_SECONDS,
    TWICE,
)
from lazyartist.studies.speed.tables import cost_tables, peers_tables


@pytest.mark.parametrize(("study", "title"), [("speed", "Speed"), ("side_by_side", "Side by side")])
def test_what_was_measured_has_as_many_digits_as_it_deserves(row, study, title):
    numbers = {"b": 1234.5, "a": 12.34, "c": 1.234}
    rows = [row(study=study, own={"what": what}, metric=MEASURED, value=value) for what, value in numbers.items()]
    (table,) = TABLES[study](rows)
    assert table.title == title
    assert table.rows == [["a", "12.3"], ["b", "1,234"], ["c", "1.23"]]


def test_costs_are_ranked_and_budgets_kept_apart(row):
    rows = [row(strategy=name, metric=TIMES_ERM, value=value, n=3) for name, value in (("b", 2.0), ("erm", 1.0))]
    rows.append(row(strategy="erm", metric=TIMES_ERM, value=1.5, epochs=4))
    short, long = cost_tables(rows)
    assert short.title == "What a strategy costs: mnist, simple_cnn, 2 epochs, batch 64, Adam 0.002 cosine"
    assert short.rows == [["erm", "1.00"], ["b", "2.00"]]
    assert "median of 3 rounds" in short.note
    assert long.rows == [["erm", "1.50"]]


def peers(row):
    values = {(OURS, HARD): 0.5, (SPUCO, HARD): 0.4, (OURS, EPOCH): 1.0, (SPUCO, EPOCH): 3.0}
    rows = [
        row(study="peers", strategy=name, library=library, what="training", metric=metric, value=value, seed=seed)
        for name in ("erm", "jtt")
        for (library, metric), value in values.items()
        for seed in (0, 1)
    ]
    rows += [
        row(study="peers", strategy="erm", library=library, what="evaluation", metric=EVALUATION, value=value)
        for library, value in ((OURS, 0.5), (SPUCO, 5.0))
    ]
    for each in rows:
        if each.at["library"] == SPUCO:
            each.origin.versions["spuco"] = "2.0.3"
    return rows


def test_libraries_stand_side_by_side(row):
    (table,) = peers_tables(peers(row))
    assert table.title == "Beside SpuCo 2.0.3"
    training, evaluation = ["1.00", "3.00", "3.0"], ["0.50", "5.00", "10.0"]
    assert table.rows[0] == ["erm", "50.0 ± 0.0", "40.0 ± 0.0", "+10.0 ± 0.0", *training, *evaluation, "2"]
    assert table.rows[1][-4:] == ["–", "–", "–", "2"]


def test_one_library_alone_is_no_comparison(row):
    (table,) = peers_tables([each for each in peers(row) if each.at["library"] == OURS])
    assert table.rows == []


def test_training_and_evaluation_do_not_replace_each_other(row, tmp_path):
    path = tmp_path / "peers.jsonl"
    for own in by(peers(row), "strategy", "library", "what", "seed").values():
        append_run(path, own)
    assert len(read_rows(path)) == len(peers(row))


def test_growth_is_said_per_image_and_sorted_by_size(row):
    costs = {(28, 10_000): (4.0, 3.0, 400, None), (28, 1000): (0.5, 0.25, 390, 1.9), (224, 1000): (30, 15, 1200, None)}
    names = (RUN_SECONDS, TRAINING_SECONDS, MEMORY, TWICE)
    rows = [
        row(study="growth", own={"size": size, "images": images}, metric=name, value=value)
        for (size, images), values in costs.items()
        for name, value in zip(names, values, strict=True)
        if value is not None
    ]
    (table,) = TABLES["growth"](rows)
    assert table.rows == [
        ["28", "1,000", "0.5", "0.50", "50%", "390", "2", "1.90"],
        ["28", "10,000", "4.0", "0.40", "75%", "400", "24", "–"],
        ["224", "1,000", "30.0", "30.00", "50%", "1,200", "151", "–"],
    ]
    left, right = FIGURES["growth"](rows).axes
    assert [line.get_label() for line in right.lines] == ["28 px", "224 px"]
    assert left.lines[1].get_ydata() == pytest.approx([0.4, 4.0])  # exactly linear
