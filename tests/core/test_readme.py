"""Every number in the tables of README and findings is a committed row's, and every link leads somewhere."""

import re

from pathlib import Path

import pytest

from lazyartist.reporting.publish import fill_blocks


ROOT = Path(__file__).parents[2]
DOCUMENTS = ("README.md", "docs/findings.md", "docs/scale.md")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_tables_are_those_of_the_records(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "<!-- table: " in text
    assert fill_blocks(text, ROOT / "results") == text, f"fill them: lazyartist table --fill {name}"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_is_linked_is_there(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert links
    for link in links:
        assert (ROOT / name).parent.joinpath(link).exists(), link


def test_the_readme_is_a_door():
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 160
