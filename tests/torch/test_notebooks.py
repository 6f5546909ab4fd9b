"""The notebooks: stored without outputs, of short cells, and they run from top to bottom."""

import json
import re
import runpy

from html import unescape
from pathlib import Path

import pytest


DOCS = Path(__file__).parents[2] / "docs"
NOTEBOOKS = ("the_lazy_artist", "your_own_images")
LONGEST = 12  # lines of a cell


def code_cells(name):
    cells = json.loads((DOCS / f"{name}.ipynb").read_text("utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_it_is_stored_without_outputs_and_its_cells_are_short(name):
    code = code_cells(name)
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert max(len(cell["source"]) for cell in code) <= LONGEST


def test_the_page_shows_the_lesson_as_it_stands():
    page = (DOCS / "the_lazy_artist.html").read_text("utf-8")
    said = unescape(re.sub(r"<[^>]+>", "", page))
    missing = [cell["id"] for cell in code_cells("the_lazy_artist") if "".join(cell["source"]).rstrip(";") not in said]
    assert not missing, f"render it anew: python docs/render.py ({', '.join(missing)} differ)"


@pytest.mark.notebooks
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_it_runs_and_becomes_a_page_that_needs_nothing_but_itself(name, judge):
    """A cell that fails fails this test: the promises of the lessons are asserts in their cells."""
    for library in ("nbclient", "nbformat", "ipykernel", "markdown_it"):
        judge(library, "notebooks")
    render = runpy.run_path(str(DOCS / "render.py"))
    page = render["page"](render["execute"](DOCS / f"{name}.ipynb"), name)
    assert "Traceback" not in page
    assert page.count("<img ") == len(re.findall(r'<img src="data:image/png;base64,[^"]+" alt="[^"]+">', page)) > 2
    assert page.count("<details>") == page.count("</details>") > 2
    assert len(page.encode()) < 3_000_000
    links = re.findall(r'(?:href|src)="(?!data:)(.*?)"', page)
    assert all(link.startswith("#") and f'id="{link[1:]}"' in page for link in links), links
