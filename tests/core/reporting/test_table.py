"""How rows become cells: grouped, averaged over seeds, with their intervals."""

import math

import pytest

from lazyartist.reporting.stats import estimate
from lazyartist.reporting.table import (
    ACCURACIES,
    Cell,
    as_csv,
    by,
    hard_accuracy,
    percent,
    points,
    values,
    with_interval,
)
from lazyartist.studies.cures.tables import cures_tables


@pytest.fixture
def some_rows(row):
    hard = {"erm": (0.80, 0.82), "focal": (0.83, 0.85), "oracle": (0.98, 0.98)}
    return [
        row(strategy=name, seed=seed, run=f"{name} {seed}", metric=metric, value=value)
        for name, by_seed in hard.items()
        for seed, value in enumerate(by_seed)
        for metric in ACCURACIES
    ]


def test_markdown_aligns_numbers_right_and_text_left(some_rows):
    (table,) = cures_tables(some_rows)
    lines = table.body().splitlines()
    assert lines[1].startswith("|:---")
    assert lines[1].split("|")[4].endswith("-:")


def test_csv_has_a_line_per_group_and_a_column_per_key(some_rows):
    lines = as_csv(some_rows).splitlines()
    keys = "batch_size,bias,conflict,correlation,dataset,epochs,learning_rate,network,palette,schedule,strategy,where"
    assert lines[0].startswith(f"study,{keys},")
    assert lines[0].endswith("metric,mean,low,high,n,seeds")
    assert len(lines) == 1 + 9


def test_rows_are_sorted_by_the_values_of_their_keys(row):
    rows = [row(epochs=epochs, own=own) for epochs in (10, 2) for own in ({"layer": "conv3"}, {})]
    groups = by(rows, "epochs", "layer", "metric")
    assert list(groups) == [(e, layer, "hard_rotated_accuracy") for e in (2, 10) for layer in ("", "conv3")]
    assert all(len(own) == 1 for own in groups.values())
    assert list(by([*rows, *rows], "seed")) == [(0,)]


def test_only_seeds_of_both_hard_splits_are_averaged(some_rows):
    found = values(row for row in some_rows if row.at["strategy"] == "erm")
    assert hard_accuracy(found) == {0: 0.80, 1: 0.82}
    del found["hard_other_accuracy"][1]
    assert hard_accuracy(found) == {0: 0.80}


@pytest.mark.parametrize(
    ("by_seed", "cell"),
    [
        ([0.5], "0.50"),
        ([1.0, 1.0], "1.00 ± 0.00"),
        ([1.0, 2.0, 3.0], "1.00, 2.00, 3.00"),  # 2.00 ± 2.48 says little
        ([10.0, 11.0, 12.0], "11.00 ± 2.48"),
        ([-10.0, -11.0, -12.0], "-11.00 ± 2.48"),
        ([0.0, 0.0, 0.0, 0.0, 0.0, 9.0], "0.00 to 9.00"),
        ([math.nan], "nan"),
    ],
)
def test_an_interval_wider_than_its_mean_is_shown_as_the_seeds(by_seed, cell):
    assert with_interval(estimate(by_seed), 2) == cell


def test_a_cell_is_its_words_and_knows_what_they_show():
    cell = with_interval(estimate([1.0, 2.0, 3.0]), 1)
    assert cell == "1.0, 2.0, 3.0"
    assert cell.about() == "mean 2, 95 % interval -0.4841 to 4.484; 3 seeds: 1, 2, 3"
    assert with_interval(estimate([5.0]), 1).about() == "mean 5; 1 seed: 5"
    assert percent({0: 0.25}).estimate.values == (25.0,)
    change = points(estimate([0.1, 0.2]))
    assert isinstance(change, Cell)
    assert change == "+15.0 ± 63.5"
    assert change.estimate.values == pytest.approx((10, 20))
