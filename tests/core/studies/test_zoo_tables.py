"""The tables and the figure of the zoo, from rows made by hand."""

import pytest

from lazyartist.reporting.figure import save
from lazyartist.reporting.table import ACCURACIES
from lazyartist.studies import FIGURES, TABLES
from lazyartist.studies.lie_names import NAMES, in_order, lie_of
from lazyartist.studies.zoo.lies import LIES
from lazyartist.studies.zoo.metrics import AGREEMENT, EVENNESS, MARK_AREA, MARK_SHARE, SCORE
from lazyartist.studies.zoo.palette_tables import palette_tables
from lazyartist.studies.zoo.tables import witness_tables, zoo_tables


EASY, ROTATED, OTHER = ACCURACIES
HARD = {"erm": 0.5, "jtt": 0.8, "oracle": 0.9}
WAVE = {"bias": "wave"}
TWO = {"bias": "colour_and_mark"}


def zoo_row(row, **changes):
    return row(study="zoo", **changes)


@pytest.fixture
def some_rows(row):
    rows = [
        zoo_row(
            row, strategy=name, seed=seed, metric=metric, value=0.95 if metric == EASY else value + seed / 100, **lie
        )
        for lie in ({}, WAVE, TWO)
        for name, value in HARD.items()
        if (name, lie) != ("jtt", WAVE)
        for seed in range(2)
        for metric in ACCURACIES
    ]
    rows += [
        zoo_row(row, strategy=name, seed=seed, metric=f"only_{factor}_accuracy", value=value, **TWO)
        for name in HARD
        for seed in range(2)
        for factor, value in (("colour", 0.7), ("place", 0.6))
    ]
    proof = {EASY: 0.96, ROTATED: 0.01, OTHER: 0.02, "follows_bias": 0.98, MARK_SHARE: 0.7, MARK_AREA: 0.2, "steps": 60}
    for lie, agreement in (({}, 0.95), (WAVE, 0.4)):
        measured = {**proof, AGREEMENT: agreement, EVENNESS: 0.9}
        rows += [
            zoo_row(row, strategy="lazy", epochs=8, metric=metric, value=value, **lie)
            for metric, value in measured.items()
        ]
    return rows


def table_of(tables, title):
    (table,) = [table for table in tables if table.title.startswith(title)]
    return [dict(zip(table.header, line, strict=True)) for line in table.rows]


def test_every_lie_of_the_zoo_has_a_name_of_its_own():
    told = []
    for lie in LIES:
        knobs = dict(knob.split("=") for knob in lie.split(":") if knob)
        told.append(lie_of({"bias": "colour", "where": "foreground", "palette": "hues", "correlation": 0.95, **knobs}))
    assert told == list(NAMES.values())


@pytest.mark.parametrize(
    ("at", "name"),
    [
        ({"bias": "wave"}, "wave"),
        ({"bias": "wave", "correlation": 0.99}, "wave, 0.99"),
        ({"bias": "corner_glyphs:corners=1"}, "corner glyphs (corners 1)"),
        ({"bias": "wall"}, "wall"),
        ({"bias": "colour", "palette": "classic"}, "classic"),
        ({"bias": "colour", "where": "background"}, "backdrop"),
        ({"bias": "colour", "where": "background", "palette": "classic"}, "backdrop (classic)"),
        ({"correlation": 0.99}, ""),
        ({"bias": "colour", "correlation": 0.1}, "no lie"),
    ],
)
def test_a_lie_is_called_what_it_is(at, name):
    assert lie_of(at) == name


def test_known_lies_come_first():
    assert in_order(["wall", "position", "wave", "stroke colour"]) == ["stroke colour", "wave", "position", "wall"]


def test_where_there_is_no_lie_accuracy_is_shown_and_no_score(row):
    rows = [
        row(metric=m, value=0.9, strategy=s, correlation=c, seed=seed)
        for m in ACCURACIES for s in ("erm", "oracle", "jtt") for c in (0.95, 0.1) for seed in (0, 1)
    ]  # fmt: skip
    hard, score = (table_of(zoo_tables(rows), title)[0] for title in ("Hard accuracy", "Norm score"))
    assert hard["no lie ↑"] == "90.0 ± 0.0"
    assert list(score) == ["knows", "strategy", "stroke colour ↑"]


def test_strategies_stand_by_lie(some_rows):
    lines = {line["strategy"]: line for line in table_of(zoo_tables(some_rows), "Hard accuracy")}
    assert list(lines) == ["oracle", "jtt", "erm"]
    assert lines["jtt"]["stroke colour ↑"].startswith("80.5")
    assert lines["jtt"]["wave ↑"] == "–"
    scores = {line["strategy"]: line for line in table_of(zoo_tables(some_rows), "Norm score")}
    assert scores["jtt"]["colour and mark ↑"] == "75 ± 0"
    assert scores["erm"]["stroke colour ↑"] == "–"


def test_two_lies_show_where_one_of_them_misleads(some_rows):
    (line,) = [line for line in table_of(zoo_tables(some_rows), "Two lies") if line["strategy"] == "jtt"]
    assert line["only colour lies % ↑"] == "70.0 ± 0.0"
    assert line["only place lies % ↑"] == "60.0 ± 0.0"
    assert line["both lie % ↑"].startswith("80.5")


def test_where_two_models_err_apart_there_is_no_lazy_model(some_rows):
    lines = {line["lie"]: line for line in table_of(zoo_tables(some_rows), "Lazy models")}
    assert lines["stroke colour"]["verdict"] == "lazy"
    assert lines["stroke colour"]["Grad-CAM on the mark %"] == "70.0 of 20.0"
    assert lines["wave"]["verdict"] == "no lazy model to be had"


def test_witnesses_say_which_datasets_lie(row):
    rows = [
        row(study="witnesses", dataset="mnist", seed=seed, metric=metric, value=value, **lie)
        for lie, values in ((WAVE, (0.9, 0.8)), ({"correlation": 0.1}, (0.3, 0.6)))
        for seed, value in enumerate(values)
        for metric in (SCORE, AGREEMENT, EVENNESS)
    ]
    (table,) = witness_tables(rows)
    lines = {line[1]: line[-2:] for line in table.rows}
    assert lines == {"wave": ["80 to 90", "2 of 2"], "no lie": ["30 to 60", "1 of 2"]}


def test_the_figure_is_drawn(some_rows, tmp_path):
    assert TABLES["zoo"] is zoo_tables
    save(lambda: FIGURES["zoo"](some_rows), tmp_path / "zoo.svg")
    assert "jtt" in (tmp_path / "zoo.svg").read_text()


@pytest.mark.parametrize("missing", ["jtt", "oracle", "erm"])
def test_without_a_norm_score_the_figure_says_so(some_rows, tmp_path, missing):
    rows = [row for row in some_rows if row.at["strategy"] != missing]
    (words,) = FIGURES["zoo"](rows).texts
    assert words.get_text().startswith("No norm score yet")
    assert zoo_tables(rows)  # tables show what there is
    save(lambda: FIGURES["zoo"]([row for row in rows if row.at["strategy"] == "lazy"]), tmp_path / "zoo.svg")


def test_palettes_stand_side_by_side_and_the_best_at_its_worst_comes_first(row):
    hard = {"erm": (0.5, 0.6), "jtt": (0.7, 0.7), "focal": (0.9, 0.4)}
    rows = [
        row(study="palettes", strategy=name, palette=palette, seed=seed, metric=metric, value=value + seed / 100)
        for name, values in hard.items()
        for palette, value in zip(("hues", "drawn"), values, strict=True)
        for seed in range(2)
        for metric in (ROTATED, OTHER)
        if (name, palette) != ("erm", "drawn")
    ]
    (table,) = palette_tables(rows)
    assert table.header[3:] == ("hues ↑", "drawn ↑")
    lines = [(line[2], *(cell.split(" ")[0] for cell in line[3:])) for line in table.rows]
    assert lines == [("jtt", "70.5", "70.5"), ("erm", "50.5", "–"), ("focal", "90.5", "40.5")]
