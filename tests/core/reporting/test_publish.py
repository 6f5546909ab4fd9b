"""From records to what people look at: Markdown, CSV, figures and the blocks of a document."""

import pytest

from lazyartist.reporting.publish import fill_blocks, plain_table, publish, tables_of
from lazyartist.reporting.records import write_rows
from lazyartist.reporting.table import ACCURACIES


@pytest.fixture
def some_rows(row):
    hard = {"erm": (0.80, 0.82), "focal": (0.83, 0.85), "oracle": (0.98, 0.98)}
    return [
        row(strategy=name, seed=seed, run=f"{name} {seed}", metric=metric, value=value)
        for name, by_seed in hard.items()
        for seed, value in enumerate(by_seed)
        for metric in ACCURACIES
    ]


@pytest.fixture
def results(some_rows, tmp_path):
    write_rows(tmp_path / "records" / "cures.jsonl", some_rows)
    return tmp_path


def test_publishing_twice_gives_the_same_bytes(results):
    first = {path: path.read_bytes() for path in publish(results)}
    assert {path.name for path in first} == {"cures.md", "cures.csv", "cures.svg"}
    assert {path: path.read_bytes() for path in publish(results)} == first


def test_a_document_is_filled_between_its_marks(results):
    text = "before\n<!-- table: cures -->\nold\n<!-- end -->\nafter\n"
    filled = fill_blocks(text, results)
    assert "old" not in filled
    assert "+3.0 ± 0.0" in filled
    assert filled.startswith("before\n<!-- table: cures -->\n| ")
    assert filled.endswith("<!-- end -->\nafter\n")
    assert fill_blocks(filled, results) == filled
    for words in ("noise", "cures fashion"):
        with pytest.raises(ValueError, match=f"wants a table of '{words}', but there are no rows of it"):
            fill_blocks(f"<!-- table: {words} -->\n<!-- end -->", results)


def test_only_what_is_asked_for_is_published(results, row):
    write_rows(results / "records" / "of_nobody.jsonl", [row(study="of_nobody")])
    assert {path.name for path in publish(results, ["of_nobody"])} == {"of_nobody.md", "of_nobody.csv"}
    written = publish(results, figures=False)
    assert {path.name for path in written} == {"of_nobody.md", "of_nobody.csv", "cures.md", "cures.csv"}
    assert publish(results, ["noise"]) == []


def test_a_block_can_be_of_one_dataset_or_of_another_table(results, row):
    rows = [row(dataset=name, run=name, metric=m, value=v) for name, v in (("a", 0.1), ("b", 0.9)) for m in ACCURACIES]
    write_rows(results / "records" / "of_nobody.jsonl", [])
    write_rows(results / "records" / "cures.jsonl", rows)
    filled = fill_blocks("<!-- table: cures a -->\n<!-- end -->", results)
    assert "10.0" in filled
    assert "90.0" not in filled


def test_a_study_without_a_table_of_its_own_shows_every_group(row):
    rows = [row(study="x", seed=s, strategy=n, metric=m, value=s / 2) for s in (0, 1) for n in "ab" for m in ("p", "q")]
    (table,) = tables_of("of_nobody", rows)
    assert table == plain_table("of_nobody", rows)
    assert table.header == ("strategy", "metric", "mean", "seeds")
    assert [line[:2] for line in table.rows] == [["a", "p"], ["a", "q"], ["b", "p"], ["b", "q"]]
    assert {line[3] for line in table.rows} == {"2"}
    assert "network simple_cnn" in table.note
    assert "strategy" not in table.note


def test_a_study_with_a_table_shows_its_own(some_rows):
    (table,) = tables_of("cures", some_rows)
    assert table.title != "cures"


def test_a_block_may_show_another_table_than_the_first(results, row):
    rows = [row(dataset=name, run=name, metric=m, value=v) for name, v in (("a", 0.1), ("b", 0.9)) for m in ACCURACIES]
    write_rows(results / "records" / "cures.jsonl", rows)
    filled = fill_blocks("<!-- table: cures table=2 columns=2,4 -->\n<!-- end -->", results)
    assert "90.0" in filled
    assert "10.0" not in filled
    for place in (0, 3):
        with pytest.raises(ValueError, match=f"wants a table of 'cures table={place}', but there are 2 of them"):
            fill_blocks(f"<!-- table: cures table={place} -->\n<!-- end -->", results)
