"""From rows to Markdown, CSV and the blocks of a document, with the leaderboards of cures for an example."""

import pytest

from lazyartist.reporting.publish import fill_blocks, publish
from lazyartist.reporting.records import write_rows
from lazyartist.reporting.table import ACCURACIES, as_csv
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


@pytest.fixture
def results(some_rows, tmp_path):
    write_rows(tmp_path / "records" / "cures.jsonl", some_rows)
    return tmp_path


def test_markdown_aligns_numbers_right_and_text_left(some_rows):
    (table,) = cures_tables(some_rows)
    lines = table.body().splitlines()
    assert lines[1].startswith("|:---")
    assert lines[1].split("|")[4].endswith("-:")


def test_csv_has_a_line_per_group_and_a_column_per_key(some_rows):
    lines = as_csv(some_rows).splitlines()
    assert lines[0].startswith("study,batch_size,bias,conflict,correlation,dataset,epochs,learning_rate,network,palette,")
    assert lines[0].endswith("metric,mean,low,high,n,seeds")
    assert len(lines) == 1 + 9


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
