"""Every number in the README's tables is a blessed row's."""

import re

from pathlib import Path

import pytest

from lazyartist.reporting.gate import read_baseline
from lazyartist.reporting.publish import blessed_rows, fill_readme
from lazyartist.reporting.table import percent, values


ROOT = Path(__file__).parents[2]


def test_the_tables_are_those_of_the_baseline():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text.count("<!-- table: ") == 4
    assert fill_readme(text, blessed_rows(ROOT / "results")) == text, (
        "fill them again: lazyartist table --readme README.md"
    )


@pytest.mark.parametrize("strategy", ["focal", "colour_consistency"])
def test_measured_results_in_docstrings_are_those_of_the_baseline(strategy):
    text = (ROOT / "lazyartist" / "strategies" / f"{strategy}.py").read_text(encoding="utf-8")
    rows = [row for row in read_baseline(ROOT / "results" / "baseline.json") if row.study == "cures"]
    for name in (strategy, "erm"):
        found = values(row for row in rows if row.strategy == name)
        for metric in ("hard_rotated_accuracy", "hard_other_accuracy"):
            assert percent(found[metric]) in text


def test_the_pictures_are_there():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert links
    for link in links:
        assert (ROOT / link).exists(), link
