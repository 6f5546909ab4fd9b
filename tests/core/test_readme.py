"""Every number in the README's tables is a blessed row's."""

from pathlib import Path

from lazyartist.reporting.gate import read_baseline
from lazyartist.reporting.publish import fill_readme


ROOT = Path(__file__).parents[2]


def test_the_tables_are_those_of_the_baseline():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text.count("<!-- table: ") == 4
    assert fill_readme(text, read_baseline(ROOT / "results" / "baseline.json")) == text, (
        "fill them again: lazyartist table --readme README.md"
    )


def test_the_pictures_are_there():
    import re

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert links
    for link in links:
        assert (ROOT / link).exists(), link
