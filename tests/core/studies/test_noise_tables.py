import pytest

from lazyartist.studies.noise.figures import noise_figure
from lazyartist.studies.noise.numbers import needs
from lazyartist.studies.noise.tables import noise_tables
from lazyartist.reporting.layout import in_colour
from lazyartist.reporting.style import COLOURS, FAINT, TELLABLE


def test_rows_of_different_settings_are_never_averaged(row):
    noise = ("attack_success", "attack_steps", "smallest_epsilon")
    renders = ((noise_tables, noise),)
    for render, metrics in renders:
        rows = [
            row(metric=metric, value=0.1 + 0.8 * i, **change)
            for metric in metrics
            for i, change in enumerate(
                ({"budget": "5 of 9 steps"}, {"budget": "6 of 9 steps"}, {"budget": "5 of 9 steps", "task": "other"})
            )
        ]
        assert sum(len(table.rows) for table in render(rows)) == 3


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


def test_every_figure_can_be_drawn_of_one_other_network(row, tmp_path):
    from functools import partial

    from lazyartist.reporting.figures import DRAWERS, save

    metrics = ("easy_accuracy", "hard_rotated_accuracy", "hard_other_accuracy", "follows_colour")
    metrics += ("smallest_epsilon", "pair_epsilon")
    for study, draw in DRAWERS.items():
        detail = [0.1, None] if study == "noise" else [[1, 2], [3, 4]]
        rows = [row(metric=m, model="resnet18", budget="5 of 9 steps", strategy="new", detail=detail) for m in metrics]
        save(partial(draw, rows), tmp_path / f"{study}.svg")
