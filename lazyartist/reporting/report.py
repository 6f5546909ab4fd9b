"""All results as one page: what holds, what changed, tables, figures, and what they came about by; torch-free."""

from __future__ import annotations

import re

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from lazyartist.reporting.gate import judge, read_baseline, words
from lazyartist.reporting.judged import FAILS, PASSES, criteria_table
from lazyartist.reporting.page import html_page, html_table, paragraph
from lazyartist.reporting.publish import tables_of
from lazyartist.reporting.records import recorded_rows
from lazyartist.reporting.table import Table
from lazyartist.studies import CRITERIA
from lazyartist.studies.colours import COLOURS


if TYPE_CHECKING:
    from lazyartist.reporting.judged import Judged
    from lazyartist.reporting.row import Row

LIMIT = 3_000_000  # bytes of a page
TITLE = "What was measured, and how surely"
INKS = {**COLOURS, PASSES: "var(--good)", FAILS: "var(--bad)"}
FILTER = (
    '<form hidden role="search"><label for="filter">Filter the lines of all tables</label>'
    '<input id="filter" type="search" autocomplete="off"><output for="filter" aria-live="polite"></output></form>'
)
CONTROLS = (
    "A number tells its mean, interval and seeds on hover; a click on a header sorts. The filter keeps lines in which "
    "all its words stand; the title of a table and the name of its study count too: cures mnist oracle."
)
ASKED = (
    "Asked of every seed: each one's value clears the threshold. Of the bad end of the interval: the end of the 95 % "
    "interval over seeds that is nearest to failing does. Of the mean: only that. Of no seed: it is a control, and no "
    "value may clear it. A strategy that fails a criterion for cures does not cure there, which is a finding and no "
    "fault; where plain training clears it, the criterion proves nothing of the others."
)


def report(results: Path, baseline: Path | None = None) -> str:
    """Return everything that was measured as one HTML page, which needs nothing but itself.

    The same rows and figures give the same page.

    Args:
        results: the folder with the records, and with the figures that were drawn of them.
        baseline: what the rows are compared with; None for `baseline.json` beside the records, if it is there.

    Raises:
        ValueError: there are no rows, a record is not whole, or the baseline is not.
    """
    rows = recorded_rows(results)
    if not rows:
        raise ValueError(f"no rows under {results / 'records'}: `lazyartist run` makes some")
    studies: dict[str, list[Row]] = {}
    for row in rows:
        studies.setdefault(row.study, []).append(row)
    runs = sum(map(_runs, studies.values()))
    above = [
        paragraph(f"Studies: {len(studies)}. Runs: {runs:,}. Rows: {len(rows):,}. {CONTROLS}"),
        FILTER,
        _links(["criteria", "gate", *studies, "provenance"]),
        _section("criteria", _criteria(studies)),
        _section("gate", _changes(rows, results, baseline)),
    ]
    shown = {study: [_table(table) for table in tables_of(study, own)] for study, own in studies.items()}
    below = [_section("provenance", [_table(_provenance(studies), {})])]
    style, script = (
        Path(__file__).with_name(f"report.{kind}").read_text(encoding="utf-8").strip() for kind in ("css", "js")
    )
    used = len(html_page(TITLE, [*above, *map(_section, shown, shown.values()), *below], style, script).encode())
    drawn, too_large = _figures(results, studies, LIMIT - used - 1000)
    if too_large:
        below.append(paragraph(f"Figures that would make this page larger than 3 MB: {', '.join(too_large)}."))
    chapters = [_section(study, [*tables, *drawn.get(study, [])]) for study, tables in shown.items()]
    return html_page(TITLE, [*above, *chapters, *below], style, script)


def _criteria(studies: Mapping[str, Sequence[Row]]) -> list[str]:
    found = {study: CRITERIA[study](studies[study]) for study in sorted(CRITERIA.entries()) if study in studies}
    every = [one for own in found.values() for one in own]
    if not every:
        return [paragraph("There is no criterion for what was measured.")]
    tables = []
    for study, own in sorted(found.items(), key=lambda item: not any(_is_exercise(one) for one in item[1])):
        if own:
            title = f"Asked of {study}: {sum(one.passes for one in own)} of {len(own)} pass"
            tables.append(_table(criteria_table(title, own)))
    return [paragraph(f"{sum(one.passes for one in every)} of {len(every)} pass. {ASKED}"), *tables]


def _is_exercise(one: Judged) -> bool:
    return one.criterion.source.startswith("the exercise")


def _changes(rows: Sequence[Row], results: Path, baseline: Path | None) -> list[str]:
    path = baseline or results / "baseline.json"
    if baseline is None and not path.exists():
        return [paragraph(f"No baseline {path.name} beside the records: `lazyartist gate --bless` makes one.")]
    verdict = judge(rows, read_baseline(path))
    parts = [paragraph(verdict.sentence(Path(path.name)))]
    if verdict.fell or verdict.rose:
        parts.append(_table(verdict.table()))
    if verdict.missing:
        header = ("study", "where", "metric")
        parts.append(_table(Table("In the baseline, but not measured", header, [words(g) for g in verdict.missing])))
    return parts


def _provenance(studies: Mapping[str, Sequence[Row]]) -> Table:
    lines = []
    for study, rows in studies.items():
        versions = sorted({f"{name} {version}" for row in rows for name, version in row.origin.versions.items()})
        threads = sorted({row.origin.threads for row in rows})
        seconds = {(row.experiment, row.origin.run): row.origin.seconds for row in rows}
        counts = (_runs(rows), len({row.seed for row in rows}), len({row.origin.data for row in rows} - {""}))
        numbers = (*map(str, counts), ", ".join(map(str, threads)), f"{sum(seconds.values()):,.0f}")
        lines.append((study, *numbers, ", ".join(versions)))
    return Table(
        "What the rows came about by",
        ("study", "runs", "seeds", "training data", "threads", "s", "versions"),
        lines,
        "Training data: how many, told apart by their SHA-256. Threads: of torch, per process; another number gives "
        "other bits. s: seconds of processor time of all trainings, those that studies share counted in each.",
    )


def _runs(rows: Iterable[Row]) -> int:
    return len({(row.experiment, row.origin.run) for row in rows})


def _figures(results: Path, studies: Iterable[str], room: int) -> tuple[dict[str, list[str]], list[str]]:
    """Return the vector figures of each study as HTML, the smallest first while there is room; and those left out."""
    paths = [path for study in studies for path in (results / f"{study}.svg", *results.glob(f"{study}_*.svg"))]
    owner = {path: study for study in sorted(studies, key=len) for path in paths if _is_of(path, study)}
    figures = {path: _figure(path) for path in sorted(set(paths)) if path.exists() and path in owner}
    drawn: dict[str, list[str]] = {}
    too_large = []
    for path in sorted(figures, key=lambda path: (len(figures[path]), path)):
        room -= (size := len(figures[path].encode()))
        if room < 0:
            too_large.append(path.name)
            room += size
    for path, figure in figures.items():
        if path.name not in too_large:
            drawn.setdefault(owner[path], []).append(figure)
    return drawn, sorted(too_large)


def _is_of(path: Path, study: str) -> bool:
    return path.stem == study or path.stem.startswith(f"{study}_")


def _figure(path: Path) -> str:
    # as text, which is a third shorter than base64: only what ends a data URI or the attribute has to be encoded; and
    # paths to a hundredth of a point, which nobody can see
    svg = re.sub(r"\s+", " ", path.read_text(encoding="utf-8")).replace("> <", "><")
    svg = re.sub(r' d="[^"]*"', lambda match: re.sub(r"(\.\d\d)\d+", r"\1", match[0]), svg)
    uri = "data:image/svg+xml;charset=utf-8," + re.sub("[%#'&]", lambda match: f"%{ord(match[0]):02X}", svg.strip())
    alt = escape(f"{path.name}: the numbers stand in the tables above")
    size = re.search(r'<svg[^>]* viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    kind = " class=tall" if size and float(size[2]) > 1.2 * float(size[1]) else ""  # printed over several pages
    image = f"<div class=wide><img src='{uri}' alt=\"{alt}\"></div>"
    return f"<figure{kind}>{image}<figcaption>{escape(path.name)}</figcaption></figure>"


def _table(table: Table, inks: Mapping[str, str] = INKS) -> str:
    return f"<article>{html_table(table, 3, inks)}</article>"


def _section(name: str, parts: Sequence[str]) -> str:
    word = escape(name)
    title = escape(name.replace("_", " ").capitalize())
    return "\n".join([f'<section id="{word}" data-study="{word}"><h2>{title}</h2>', *parts, "</section>"])


def _links(names: Sequence[str]) -> str:
    links = (f'<a href="#{quote(name)}">{escape(name.replace("_", " "))}</a>' for name in names)
    return f'<nav aria-label="Studies">{" ".join(links)}</nav>'
