"""What the commands do with files: tables of any study, and documents that are filled."""

import pytest

from lazyartist.cli import main
from lazyartist.reporting.records import write_rows


METRICS = ("easy_accuracy", "hard_rotated_accuracy", "hard_other_accuracy", "worst_group_accuracy")


@pytest.fixture
def results(tmp_path, row):
    """Records of a study of ours, and of one that nobody knows."""
    for study in ("cures", "of_nobody"):
        rows = [row(study=study, seed=seed, metric=metric, value=0.5) for seed in (0, 1) for metric in METRICS]
        write_rows(tmp_path / "records" / f"{study}.jsonl", rows)
    return tmp_path


def test_a_study_without_a_table_of_its_own_gets_a_plain_one(results, capsys):
    assert main(["table", "of_nobody", "--results", str(results)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("of_nobody\n")
    assert "worst_group_accuracy" in out
    assert "dataset mnist" in out
    assert (results / "of_nobody.md").read_text().startswith("## of_nobody")
    assert (results / "of_nobody.csv").exists()
    assert main(["table", "--results", str(results)]) == 0
    both = capsys.readouterr().out
    assert out in both
    assert len(both) > len(out)


def test_the_gate_judges_a_study_that_nobody_knows(results, capsys):
    gate = ["gate", "--results", str(results), "--baseline", str(results / "baseline.json")]
    assert main([*gate, "--bless"]) == 0
    assert main(gate) == 0
    assert "Nothing fell in 8 groups" in capsys.readouterr().out


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_document_is_filled_and_keeps_its_line_ends(results, end):
    document = results / "README.md"
    text = "Übersicht\n<!-- table: of_nobody -->\nold\n<!-- end -->\nafter\n".replace("\n", end)
    document.write_bytes(text.encode())
    fill = ["table", "--results", str(results), "--fill", str(document)]
    assert main(fill) == 0
    filled = document.read_bytes()
    assert b"old" not in filled
    assert b"worst_group_accuracy" in filled
    assert filled.startswith(f"Übersicht{end}<!-- table: of_nobody -->{end}|".encode())
    assert filled.count(b"\r\n") == (filled.count(b"\n") if end == "\r\n" else 0)
    assert main(fill) == 0
    assert document.read_bytes() == filled


def test_a_document_that_wants_what_is_not_there_is_left_as_it_is(results, capsys):
    document = results / "README.md"
    document.write_text("<!-- table: cure -->\nold\n<!-- end -->\n")
    assert main(["table", "--results", str(results), "--fill", str(document)]) == 2
    assert "wants a table of 'cure'" in capsys.readouterr().err
    assert "old" in document.read_text()
    assert main(["table", "--results", str(results), "--fill", str(results / "none.md")]) == 2
    assert "none.md" in capsys.readouterr().err


def test_tables_are_shown_where_they_cannot_be_written(results, monkeypatch, capsys):
    def refuse(*words, **options):
        raise PermissionError("no")

    monkeypatch.setattr("lazyartist.commands.publish", refuse)
    assert main(["table", "of_nobody", "--results", str(results)]) == 0
    said = capsys.readouterr()
    assert "worst_group_accuracy" in said.out
    assert "shown but not written" in said.err
