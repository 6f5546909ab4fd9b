"""The report: one page of everything that was measured, from rows made by hand and from the committed ones."""

import re

from html import escape
from pathlib import Path

import pytest

from lazyartist.cli import main
from lazyartist.reporting import report as module
from lazyartist.reporting.gate import write_baseline
from lazyartist.reporting.publish import tables_of
from lazyartist.reporting.records import read_rows, write_rows
from lazyartist.reporting.report import report
from lazyartist.reporting.table import ACCURACIES, Cell


ROOT = Path(__file__).parents[3]
HARD = {"erm": (0.40, 0.42), "focal": (0.83, 0.85), "oracle": (0.98, 0.98)}
EVIL = '<script>alert("x")</script>&'
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="4pt" height="2pt" viewBox="0 0 4 2"><path d="M 0.123456 1"/></svg>'
)


def cures(row, change=0.0):
    return [
        row(strategy=name, seed=seed, run=f"{name} {seed}", metric=metric, value=value + change)
        for name, by_seed in HARD.items()
        for seed, value in enumerate(by_seed)
        for metric in ACCURACIES
    ]


@pytest.fixture
def results(row, tmp_path):
    write_rows(tmp_path / "records" / "cures.jsonl", cures(row))
    write_rows(tmp_path / "records" / "of_nobody.jsonl", [row(study="of_nobody", strategy=EVIL)])
    return tmp_path


def lines_of(page, word):
    """The cells of the lines in which a cell starts with a word."""
    lines = (re.findall(r"<td[^>]*>(.*?)</td>", line) for line in re.findall(r"<tr>.*?</tr>", page))
    plain = ([re.sub("<[^>]+>", "", cell) for cell in line] for line in lines)
    return [line for line in plain if any(cell.startswith(word) for cell in line)]


def test_the_same_rows_give_the_same_page(results):
    assert report(results) == report(results)


def test_a_number_tells_its_interval_and_seeds(results):
    page = report(results)
    assert ">84.0 ± 12.7</td>" in page
    assert 'data-value="84" title="mean 84, 95 % interval 71.29 to 96.71; 2 seeds: 83, 85"' in page


def test_criteria_pass_and_fail_and_say_of_what(results):
    page = report(results)
    rotated = [line for line in lines_of(page, "hard_rotated_accuracy above 0.7") if len(line) == 9]
    assert [(line[0], line[1].partition(":")[0], line[3]) for line in rotated] == [
        ("passes", "erm", "no seed"),
        ("passes", "focal", "the bad end of the interval"),
    ]
    assert "Asked of cures: 4 of 4 pass" in page


def test_what_is_not_cured_fails(row, tmp_path):
    write_rows(tmp_path / "records" / "cures.jsonl", cures(row, change=-0.1))
    page = report(tmp_path)
    assert "Asked of cures: 2 of 4 pass" in page
    verdicts = {line[1].partition(":")[0]: line[0] for line in lines_of(page, "hard_other_accuracy above 0.7")}
    assert verdicts == {"erm": "passes", "focal": "fails"}


def test_without_criteria_it_says_so(row, tmp_path):
    write_rows(tmp_path / "records" / "of_nobody.jsonl", [row(study="of_nobody")])
    page = report(tmp_path)
    assert "There is no criterion for what was measured." in page
    assert "No baseline baseline.json beside the records" in page


def test_names_are_text(results):
    page = report(results)
    assert EVIL not in page
    assert escape(EVIL) in page
    assert page.count("<script") == 1


def test_it_says_what_changed_since_the_baseline(results, row, tmp_path):
    write_baseline(results / "baseline.json", cures(row))
    assert "Nothing fell in 9 groups." in report(results)
    higher = tmp_path / "higher.json"
    write_baseline(higher, [*cures(row, change=0.01), row(study="lost")])
    page = report(results, higher)
    assert "The gate cannot judge: 1 groups of higher.json" in page
    assert "In the baseline, but not measured" in page
    assert lines_of(page, "lost")
    with pytest.raises(ValueError, match=r"there is no baseline .*nowhere\.json"):
        report(results, tmp_path / "nowhere.json")


def test_figures_are_within_the_page(results):
    (results / "cures.svg").write_text(SVG)
    (results / "cures_more.svg").write_text(SVG)
    (results / "of_none.svg").write_text(SVG)
    page = report(results)
    assert page.count("<img") == 2
    assert "<figcaption>cures_more.svg</figcaption>" in page
    assert ' d="M 0.12 1"' in page
    cures_section = page[page.index('<section id="cures"') : page.index('<section id="of_nobody"')]
    assert cures_section.count("<img") == 2


def test_what_would_make_it_too_large_is_left_out_and_named(results, monkeypatch):
    (results / "cures.svg").write_text(SVG)
    (results / "cures_large.svg").write_text(SVG.replace("M 0.123456", "M 1 1 " * 2000))
    monkeypatch.setattr(module, "LIMIT", len(report(results).encode()) - 1000)
    page = report(results)
    assert page.count("<img") == 1
    assert "Figures that would make this page larger than 3 MB: cures_large.svg." in page
    assert len(page.encode()) <= module.LIMIT


def test_nothing_is_loaded_from_anywhere(results):
    page = report(results)
    assert "default-src 'none'" in page
    assert re.search(r"script-src 'sha256-[\w+/=]{44}'", page)
    assert not re.search(r"<link|@import|url\(", page)
    assert not re.search(r"""(src|href)=(?!["'](#|data:))""", page)


@pytest.fixture(scope="module")
def committed():
    return report(ROOT / "results")


def test_of_the_committed_results_everything_is_there(committed):
    assert len(committed.encode()) <= module.LIMIT
    told = set(re.findall(r' title="([^"]*)"', committed))
    for path in sorted((ROOT / "results" / "records").glob("*.jsonl")):
        if not (rows := read_rows(path)):
            continue
        for table in tables_of(path.stem, rows):
            assert f"<h3>{escape(table.title)}</h3>" in committed, table.title
            assert {cell.about() for line in table.rows for cell in line if isinstance(cell, Cell)} <= told, table.title
    assert "Asked of lazy" in committed


def test_the_command_writes_it(results, capsys):
    page = results / "report.html"
    assert main(["report", "--results", str(results), "--output", str(page)]) == 0
    assert f"report: {page}" in capsys.readouterr().out
    assert page.read_text(encoding="utf-8") == report(results)


def test_without_rows_there_is_no_report(tmp_path):
    (tmp_path / "records").mkdir()
    with pytest.raises(ValueError, match=r"no rows under .*: `lazyartist run` makes some"):
        report(tmp_path)


@pytest.fixture
def shown(browser, results):
    path = results / "report.html"
    path.write_text(report(results), encoding="utf-8")
    page = browser.new_page(viewport={"width": 900, "height": 700})
    page.problems = []
    page.on("console", lambda message: page.problems.append(message.text))
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.goto(path.as_uri())
    yield page
    assert page.problems == []
    page.close()


def test_a_header_sorts_turns_round_and_brings_back(shown):
    names = shown.locator("#cures tbody tr:visible td:nth-child(2)")
    first = names.all_inner_texts()
    header = shown.locator("#cures th").nth(3)
    orders = []
    for _ in range(3):
        header.locator("button").click()
        orders.append((header.get_attribute("aria-sort"), names.all_inner_texts()))
    assert orders == [
        ("descending", ["oracle", "focal", "erm"]),
        ("ascending", ["erm", "focal", "oracle"]),
        ("none", first),
    ]


def test_the_filter_keeps_lines_with_all_words(shown):
    shown.get_by_label("Filter the lines").fill("mnist FOCAL")
    assert "focal" in shown.locator("#cures tbody tr:visible").inner_text()
    assert not shown.locator("#of_nobody").is_visible()
    shown.get_by_label("Filter the lines").fill("")
    assert shown.locator("#of_nobody").is_visible()


def test_hover_and_arrow_keys_explain(shown):
    cell = shown.locator("#cures td[data-about]").nth(0)
    cell.hover()
    assert shown.locator("#about").inner_text() == cell.get_attribute("data-about")
    cell.focus()
    shown.keyboard.press("ArrowRight")
    after = shown.locator("#cures td[data-about]").nth(1).get_attribute("data-about")
    assert shown.locator("#about").inner_text() == after
    shown.keyboard.press("Escape")
    assert not shown.locator("#about").is_visible()


@pytest.mark.parametrize("width", [360, 1920])
def test_the_page_is_as_wide_as_the_window(shown, width):
    shown.set_viewport_size({"width": width, "height": 700})
    assert shown.evaluate("document.documentElement.scrollWidth") == width


def test_paper_has_no_controls(shown):
    shown.emulate_media(media="print")
    assert not shown.locator("form").is_visible()
    assert not shown.locator("nav").is_visible()
    assert shown.locator("#cures table").first.is_visible()
