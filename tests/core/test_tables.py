import pytest

from lazyartist.studies.cures.tables import correlation_tables, knobs_tables, naming_tables, strategies_tables
from lazyartist.reporting.style import COLOURS, FAINT, TELLABLE
from lazyartist.studies.noise.figures import noise_figure
from lazyartist.studies.noise.numbers import needs
from lazyartist.studies.noise.tables import noise_tables
from lazyartist.reporting.layout import in_colour
from lazyartist.reporting.publish import fill_readme, publish
from lazyartist.reporting.row import append_rows
from lazyartist.reporting.table import as_csv
from lazyartist.reporting.tables import budget_tables, lazy_tables, recolour_tables


def some_rows(row):
    hard = {"erm": (0.80, 0.82), "focal": (0.83, 0.85), "oracle": (0.98, 0.98)}
    return [
        row(strategy=name, seed=seed, metric=metric, value=value if metric != "easy_accuracy" else 0.99)
        for name, by_seed in hard.items()
        for seed, value in enumerate(by_seed)
        for metric in ("easy_accuracy", "hard_rotated_accuracy", "hard_other_accuracy")
    ]


def test_a_cure_stands_between_its_erm_and_its_oracle(row):
    (table,) = strategies_tables(some_rows(row))
    cells = {line[1]: dict(zip(table.header, line, strict=True)) for line in table.rows}
    assert list(cells) == ["oracle", "focal", "erm"]
    assert cells["focal"]["gain over ERM"] == "+3.0 ± 0.0"
    assert cells["focal"]["norm score ↑"].startswith("18 ± ")
    assert cells["erm"]["gain over ERM"] == "–"
    assert cells["focal"]["easy % ↑"] == "99.0 ± 0.0"


def test_rows_of_different_settings_are_never_averaged(row):
    lazy = ("easy_accuracy", "hard_rotated_accuracy", "hard_other_accuracy", "follows_colour", "steps")
    noise = ("attack_success", "attack_steps", "smallest_epsilon")
    renders = ((lazy_tables, lazy), (strategies_tables, lazy), (noise_tables, noise), (budget_tables, lazy))
    for render, metrics in renders:
        rows = [
            row(metric=metric, value=0.1 + 0.8 * i, **change)
            for metric in metrics
            for i, change in enumerate(
                ({"budget": "5 of 9 steps"}, {"budget": "6 of 9 steps"}, {"budget": "5 of 9 steps", "task": "other"})
            )
        ]
        assert sum(len(table.rows) for table in render(rows)) == 3


def test_leaderboards_are_grouped_by_what_a_strategy_knows(row):
    uses = {"oracle": "unbiased colours", "a": "colour labels, resampling", "b": "recolouring", "c": "resampling"}
    rows = [
        row(strategy=name, uses=words, metric=metric, value=0.5)
        for name, words in uses.items()
        for metric in ("easy_accuracy", "hard_rotated_accuracy", "hard_other_accuracy", "worst_group_accuracy")
    ]
    (table,) = strategies_tables(rows)
    assert [line[:2] for line in table.rows] == [
        ["the ceiling", "oracle"], ["each image's colour", "a"], ["what colour is", "b"], ["images and labels", "c"]
    ]  # fmt: skip


def test_correlations_are_columns(row):
    metrics = ("hard_rotated_accuracy", "hard_other_accuracy")
    rows = [
        row(metric=metric, value=value, task=f"{value:g} correlation, rest over others", seed=seed)
        for metric in metrics
        for value in (0.9, 1)
        for seed in (0, 1)
    ]
    (table,) = correlation_tables(rows)
    assert table.header == ("strategy", "uses", "90 %", "100 %")
    assert table.rows == [["erm", "–", "90.0 ± 0.0", "100.0 ± 0.0"]]


def test_naming_goes_by_share_and_epochs(row):
    rows = [
        row(metric=metric, value=0.5, budget=f"{epochs} of 2 epochs", strategy="erm: loss", task=f"{kept} correlation")
        for metric in ("average_precision", "r_precision", "auroc")
        for epochs in (1, 0.5)
        for kept in (0.99, 0.8)
    ]
    tables = naming_tables(rows)
    assert [table.title.rpartition(", ")[2] for table in tables] == ["20 % conflict", "1 % conflict"]
    assert [line[0] for line in tables[0].rows] == ["0.5", "1"]


def test_knobs_keep_what_was_tried(row):
    rows = [row(strategy="focal:gamma=5", metric=m, value=0.5) for m in ("easy_accuracy", "conflicting_accuracy")]
    (table,) = knobs_tables(rows)
    assert table.rows == [["mnist", "simple_cnn", "focal:gamma=5", "50.0", "50.0", "1", "4 epochs"]]


def test_the_recolour_proof_is_a_table_of_class_by_colour(row):
    rows = [row(metric="follows_colour", seed=s, detail=[[1.0, 0.5 + 0.1 * s], [0.0, 1.0]]) for s in (0, 1)]
    (table,) = recolour_tables(rows)
    assert table.header == ("in the colour of", "0", "1")
    assert table.rows == [["a 0", "100", "55"], ["a 1", "0", "100"]]


def test_lazy_needs_times_as_much(row):
    def rows(name, *by_seed):
        return [row(strategy=name, seed=s, metric="smallest_epsilon", detail=d) for s, d in enumerate(by_seed)]

    never = float("inf")
    lazy = rows("lazy", [0.2, 0.4, None, never], [0.4, 0.8, 0.8, never])
    assert needs(lazy, rows("a", [0.1, 0.1, 0.1, never], [0.1, 0.1, 0.1, None]), "smallest_epsilon").mean == (
        pytest.approx((3 * 8) ** 0.5)
    )
    assert needs(lazy, rows("a", [None, None, 0.1, never], [0.1, 0.2, 0.4, never]), "smallest_epsilon").n == 1
    assert needs(lazy, rows("a", [0.1, 0.1, 0.1, 0.1], [never] * 4), "smallest_epsilon") is None
    assert needs(lazy, rows("a", [None, None, 0.1, never]), "smallest_epsilon") is None


def test_a_model_that_called_every_seven_a_3_has_a_line_without_checks(row):
    rows = [
        row(strategy=name, metric=metric, value=0.1, detail=[0.1])
        for name in ("lazy", "convinced")
        for metric in ("smallest_epsilon", "attack_success", "attack_steps")
    ]
    rows += [row(strategy="lazy", metric=m, value=0.0) for m in ("square_success", "random_success", "bound_crossed")]
    lines = {line[2]: line for line in noise_tables(rows)[-1].rows}
    assert lines["convinced"][3:9] == ["–"] * 6
    assert lines["lazy"][4] == "0.0"


def test_every_figure_can_be_drawn_of_one_other_network(row, tmp_path):
    from functools import partial

    from lazyartist.reporting.figures import DRAWERS, save

    metrics = ("easy_accuracy", "hard_rotated_accuracy", "hard_other_accuracy", "follows_colour")
    metrics += ("smallest_epsilon", "pair_epsilon")
    for study, draw in DRAWERS.items():
        detail = [0.1, None] if study == "noise" else [[1, 2], [3, 4]]
        rows = [row(metric=m, model="resnet18", budget="5 of 9 steps", strategy="new", detail=detail) for m in metrics]
        save(partial(draw, rows), tmp_path / f"{study}.svg")


def test_markdown_aligns_numbers_right_and_text_left(row):
    (table,) = strategies_tables(some_rows(row))
    lines = table.body().splitlines()
    assert lines[1].startswith("|:---")
    assert lines[1].split("|")[4].endswith("-:")


def test_csv_has_a_line_a_group(row):
    lines = as_csv(some_rows(row)).splitlines()
    assert lines[0].startswith("study,dataset,task,model,strategy,budget,metric,mean,low,high,n,seeds")
    assert len(lines) == 1 + 9


def test_publishing_twice_gives_the_same_bytes(tmp_path, row):
    append_rows(tmp_path / "records" / "cures.jsonl", some_rows(row))
    first = {path: path.read_bytes() for path in publish(tmp_path)}
    assert {path.name for path in first} == {"strategies.md", "strategies.csv", "strategies.svg"}
    assert {path: path.read_bytes() for path in publish(tmp_path)} == first


def test_the_readme_is_filled_between_its_marks(row):
    text = "before\n<!-- table: cures -->\nold\n<!-- end -->\nafter\n"
    filled = fill_readme(text, some_rows(row))
    assert "old" not in filled
    assert "+3.0 ± 0.0" in filled
    assert filled.startswith("before\n<!-- table: cures -->\n| ")
    assert filled.endswith("<!-- end -->\nafter\n")
    assert fill_readme(filled, some_rows(row)) == filled
    with pytest.raises(ValueError, match="there are no rows of it"):
        fill_readme(text, [])


def test_in_a_crowd_only_who_has_a_colour_of_its_own_stands_out(row):
    few, many = (
        {name: colour for name, colour, _ in in_colour(row(strategy=name) for name in ("lazy", *others))}
        for others in (("a", "b"), [f"new_{i}" for i in range(TELLABLE)])
    )
    assert len({*few.values()}) == 3
    assert {*many.values()} == {COLOURS["lazy"], FAINT}
    rows = [row(strategy=name, metric="smallest_epsilon", detail=[0.1, 0.2]) for name in many]
    left = noise_figure(rows).axes[0]
    assert [text.get_text() for text in left.get_legend().get_texts()] == ["lazy", "the others"]
