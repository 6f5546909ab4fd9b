"""Every number in the README's tables is a committed row's."""

import re

from pathlib import Path

from lazyartist.reporting.publish import fill_readme, recorded_rows


ROOT = Path(__file__).parents[2]


def test_the_tables_are_those_of_the_records():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text.count("<!-- table: ") >= 4
    assert fill_readme(text, recorded_rows(ROOT / "results")) == text, "fill them: lazyartist table --readme README.md"


def test_the_pictures_are_there():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert links
    for link in links:
        assert (ROOT / link).exists(), link
