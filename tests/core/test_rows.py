import logging

import pytest

from hypothesis import given
from hypothesis import strategies as st

from lazyartist.reporting.row import Row, append_rows, read_rows, write_rows

from .conftest import make_row


@given(
    value=st.floats(allow_nan=False),
    seed=st.integers(0, 2**31),
    metric=st.text(max_size=20),
    strategy=st.text(max_size=9),
)
def test_a_row_survives_the_file(value, seed, metric, strategy):
    row = make_row(value=value, seed=seed, metric=metric, strategy=strategy, detail=[[1, 2], [3, 4]])
    line = row.to_json()
    assert "\n" not in line
    assert Row.from_json(line) == row


def test_the_clock_is_not_part_of_the_fact(row):
    assert row(seconds=1.0).fact() == row(seconds=2.0).fact()
    assert row(value=0.1).fact() != row(value=0.2).fact()


def test_later_rows_of_the_same_thing_count(tmp_path, row):
    path = tmp_path / "cures.jsonl"
    append_rows(path, [row(value=0.1), row(seed=1, value=0.2)])
    append_rows(path, [row(value=0.3, run="b")])
    assert [(r.seed, r.value) for r in read_rows(path)] == [(0, 0.3), (1, 0.2)]


def test_a_torn_last_line_is_reported_and_its_run_counts_as_not_done(tmp_path, row, caplog):
    path = tmp_path / "cures.jsonl"
    append_rows(path, [row(run="whole"), row(seed=1, run="torn"), row(seed=1, metric="easy_accuracy", run="torn")])
    path.write_text(path.read_text()[:-40])
    with caplog.at_level(logging.WARNING):
        assert [r.run for r in read_rows(path)] == ["whole"]
    assert "torn" in caplog.text
    append_rows(path, [row(seed=1, run="torn")])  # appending after a tear does not glue two lines together
    assert [r.run for r in read_rows(path)] == ["whole", "torn"]


def test_a_tear_costs_no_other_run(tmp_path, row, caplog):
    path = tmp_path / "cures.jsonl"
    append_rows(path, [row(run="whole")])
    whole = path.read_text()
    for cut in (10, 14, 40):
        path.write_text(whole + row(seed=1, run="torn").to_json()[:cut])
        assert [r.run for r in read_rows(path)] == ["whole"]


def test_a_newer_run_replaces_all_of_an_older_one(tmp_path, row):
    path = tmp_path / "cures.jsonl"
    append_rows(path, [row(run="old"), row(run="old", metric="a metric that is gone")])
    append_rows(path, [row(run="new")])
    assert [(r.run, r.metric) for r in read_rows(path)] == [("new", "hard_rotated_accuracy")]


def test_damage_elsewhere_is_an_error_that_names_the_line(tmp_path, row):
    path = tmp_path / "cures.jsonl"
    append_rows(path, [row(), row(seed=1)])
    path.write_text("{}\n" + path.read_text())
    with pytest.raises(ValueError, match=r"cures.jsonl, line 1: not a row"):
        read_rows(path)


def test_writing_sorts_and_replaces(tmp_path, row):
    path = tmp_path / "cures.jsonl"
    write_rows(path, [row(seed=2), row(seed=1)])
    write_rows(path, [row(seed=3), row(seed=0)])
    assert [r.seed for r in read_rows(path)] == [0, 3]
    assert {p.suffix for p in tmp_path.iterdir()} == {".jsonl", ".lock"}  # no scratch files stay


def test_no_file_has_no_rows(tmp_path):
    assert read_rows(tmp_path / "nothing.jsonl") == []
