"""The clinic's tables and figure on rows made by hand."""

from lazyartist.reporting.row import Origin, Row
from lazyartist.studies.clinic.figures import clinic_figure
from lazyartist.studies.clinic.tables import NOISE, clinic_tables


def rows_of(remedy, scores, norms=(), seconds=1.0, write_up=None, **case):
    at = {"case": "scales", **case, "remedy": remedy}
    rows = []
    for seed, score in enumerate(scores):
        origin = Origin(run=f"{remedy}{seed}{case}", at=at, seconds=seconds)
        facts = [("score", score), *([("norm_score", norms[seed])] if norms else [])]
        facts += [("write_up_norm_score", write_up)] if write_up is not None else []
        rows += [Row("clinic", at, seed, metric, float(value), 10, "", origin) for metric, value in facts]
    return rows


ROWS = [
    *rows_of("baseline", [4.0, 5.0], seconds=10),
    *rows_of("oracle", [0.0, 1.0], seconds=2),
    *rows_of("half", [2.0, 3.0], [50, 50], write_up=40),
    *rows_of("tare", [1.0, 1.0], [75, 100], seconds=3),
]


def lines_of(table):
    return [dict(zip(table.header, row, strict=True)) for row in table.rows]


def test_a_case_at_a_glance():
    (line,) = lines_of(clinic_tables(ROWS)[0])
    assert line["best remedy"] == "1.000 ± 0.000 (tare)"
    assert line["the write-up's remedy"].endswith("(half)")
    assert (line["its norm score"], line["there"]) == ("50.0 ± 0.0", "40 %")
    assert line["norm score ↑"] == "75.0, 100.0"  # wider than its mean: the seeds
    assert line["s"] == "15"


def test_every_remedy_stands_between_the_two_ends_the_best_first():
    lines = lines_of(clinic_tables(ROWS)[1])
    assert [line["remedy"] for line in lines] == ["baseline", "tare", "half", "oracle"]
    assert lines[0]["norm score ↑"] == "–"


def test_ends_that_noise_could_explain_have_no_norm_score():
    rows = [row for row in ROWS if row.at["remedy"] != "oracle"] + rows_of("oracle", [3.9, 5.1])
    (line,) = lines_of(clinic_tables(rows)[0])
    assert line["norm score ↑"] == NOISE


def test_a_case_with_other_knobs_is_a_case_of_its_own_and_one_without_ends_is_left_out():
    other = [
        *rows_of("baseline", [4.0, 5.0], data="digits"),
        *rows_of("oracle", [0.0, 1.0], data="digits"),
        *rows_of("tare", [1.0, 2.0], [75, 75], data="digits"),
    ]
    glance = lines_of(clinic_tables([*ROWS, *other, *rows_of("tare", [1.0, 2.0], [75, 75], data="mine")])[0])
    assert [line["case"] for line in glance] == ["scales", "scales data=digits"]


def test_the_figure_has_a_line_per_remedy_and_what_harms_stands_at_the_edge():
    rows = [*ROWS, *rows_of("doubled", [14.0, 15.0], [-250, -250])]
    panel = clinic_figure(rows).axes[0]
    assert [text.get_text() for text in panel.get_yticklabels()] == ["scales   tare", "half", "doubled"]
    assert [text.get_text() for text in panel.texts] == ["-250"]
