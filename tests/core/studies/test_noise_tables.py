"""The tables and figures about noise, from rows made by hand."""

import math

from functools import partial

import numpy as np
import pytest

from lazyartist.reporting.figure import save
from lazyartist.studies import FIGURES, TABLES
from lazyartist.studies.colours import COLOURS, FAINT, TELLABLE, in_colour
from lazyartist.studies.noise.figures import noise_figure, pairs_figure
from lazyartist.studies.noise.numbers import mean_matrix, noise_ratio, quartiles, times_as_much
from lazyartist.studies.noise.pair_tables import confidence_or_colour_tables, pairs_tables
from lazyartist.studies.noise.tables import noise_tables


NEVER = float("inf")
OWN = {"paint": "own"}
NOISE = ("attack_success", "attack_steps", "minimal_epsilon", "flip_epsilon")


def seeds_of(row, name, *by_seed, metric="minimal_epsilon", **changes):
    return [row(strategy=name, seed=s, metric=metric, detail=d, own=OWN, **changes) for s, d in enumerate(by_seed)]


@pytest.mark.parametrize("change", [{"epochs": 9}, {"network": "mlp"}, {"correlation": 0.99}, {"sevens": 9}], ids=str)
def test_rows_of_different_settings_are_never_averaged(row, change):
    rows = [
        row(metric=metric, value=0.1 + 0.8 * i, own=OWN, detail=[0.1], **keys)
        for metric in NOISE
        for i, keys in enumerate(({}, change))
    ]
    (table,) = noise_tables(rows)
    assert len(table.rows) == 2
    shown = [cell for line in table.rows for cell in line]
    assert {"10.0", "90.0", "0.1000", "0.9000"} <= set(shown)
    assert "50.0" not in shown
    figure = noise_figure(rows)
    assert len(figure.axes) == (2 if "epochs" in change else 4)


def test_lazy_needs_times_as_much(row):
    lazy = seeds_of(row, "lazy", [0.2, 0.4, None, NEVER], [0.4, 0.8, 0.8, NEVER])
    other = partial(seeds_of, row, "a")

    def ratio(*by_seed):
        return noise_ratio(lazy, other(*by_seed), "minimal_epsilon")

    assert ratio([0.1, 0.1, 0.1, NEVER], [0.1, 0.1, 0.1, None]).mean == pytest.approx((3 * 8) ** 0.5)
    assert ratio([None, None, 0.1, NEVER], [0.1, 0.2, 0.4, NEVER]).n == 1
    assert ratio([0.1, 0.1, 0.1, 0.1], [NEVER] * 4) is None
    assert ratio([None, None, 0.1, NEVER]) is None
    assert times_as_much(None, lazy, "minimal_epsilon") == times_as_much(lazy, lazy, "minimal_epsilon") == "–"
    assert times_as_much(lazy, other([0.1, 0.1, 0.1, 0.1]), "minimal_epsilon") == "4.0"  # of 2, 4 and ∞


def test_ratios_are_of_one_paint(row):
    def rows(paint, lazy, erm):
        return [
            row(strategy=name, metric=metric, value=0.5, detail=[noise], own={"paint": paint})
            for name, noise in (("lazy", lazy), ("erm", erm))
            for metric in NOISE
        ]

    bracket, paints = noise_tables([*rows("own", 0.6, 0.1), *rows("other", 0.1, 0.2), *rows("grey", 0.3, 0.1)])
    shown = {line[2]: dict(zip(bracket.header, line, strict=True)) for line in bracket.rows}
    assert shown["erm"]["lazy needs × as much"] == "6.0"
    assert shown["lazy"]["lazy needs × as much"] == "–"
    column = paints.header.index("lazy needs × as much")
    ratios = {line[3]: line[column] for line in paints.rows if line[2] == "erm"}
    assert ratios == {"its class's colour": "6.0", "another's colour": "0.5", "grey": "3.0"}


def test_a_model_that_called_every_seven_a_3_has_a_line_without_checks(row):
    rows = [
        row(strategy=name, metric=metric, value=0.1, detail=[0.1], own=OWN)
        for name in ("lazy", "convinced")
        for metric in ("minimal_epsilon", "attack_success", "attack_steps")
    ]
    rows += [
        row(strategy="lazy", metric=m, value=0.0, own=OWN)
        for m in ("square_success", "random_success", "bound_crossed")
    ]
    lines = {line[2]: line for line in noise_tables(rows)[-1].rows}
    assert lines["convinced"][3:9] == ["–"] * 6
    assert lines["lazy"][4] == "0.0"


def test_what_takes_most_noise_comes_first_and_none_found_is_infinite(row):
    rows = [
        row(strategy=name, metric=metric, value=value, detail=[value], own=OWN)
        for name, value in (("a", 0.1), ("lazy", NEVER), ("b", 0.3))
        for metric in ("minimal_epsilon", "attack_success")
    ]
    rows = [each for each in rows if not (each.metric == "attack_success" and each.value > 1)]
    (table,) = noise_tables(rows)
    assert [line[2] for line in table.rows] == ["lazy", "b", "a"]
    first = dict(zip(table.header, table.rows[0], strict=True))
    assert first["median minimal ε"] == "∞"
    assert first["quartiles"] == "∞–∞"


def test_quartiles_are_over_all_images_and_seeds(row):
    rows = seeds_of(row, "a", [0.1, None, 0.2], [0.3, 0.4])
    assert quartiles(rows) == "0.200–0.400"


def test_the_means_of_pairs_leave_out_what_says_nothing(row):
    rows = [
        row(metric="pair_epsilon", seed=s, detail=d, own=OWN)
        for s, d in enumerate(([[None, 0.1], [None, None]], [[None, 0.3], [0.5, None]]))
    ]
    matrix = mean_matrix(rows, "pair_epsilon")
    assert matrix[0][1] == pytest.approx(0.2)
    assert matrix[1][0] == 0.5
    assert math.isnan(matrix[0][0])


def test_pairs_name_the_easiest_and_the_hardest(row):
    rows = [
        row(metric=metric, value=0.1, detail=[[None, 0.1], [0.4, None]], own={"paint": paint}, strategy=name)
        for name in ("lazy", "a")
        for metric in ("pair_epsilon", "already_target")
        for paint in ("own", "other")
    ]
    summary, *matrices = pairs_tables(rows)
    assert [line[4:6] for line in summary.rows] == [["0 → 1: 0.100", "1 → 0: 0.400"]] * 2
    assert matrices[0].rows == [["a 0", "", "0.100"], ["a 1", "0.400", ""]]
    texts = [text.get_text() for text in pairs_figure(rows).axes[0].texts]
    assert texts == [".100", ".400"]


def test_plain_training_at_full_correlation_is_a_line_of_its_own(row):
    rows = [
        row(strategy=name, correlation=share, metric=metric, value=0.5, detail=[noise])
        for name, share, noise in (("lazy", 0.95, 0.4), ("erm", 0.95, 0.1), ("erm", 1.0, 0.2))
        for metric in ("flip_epsilon", "minimal_epsilon", "matched_epsilon", "clean_confidence", "scale")
    ]
    (table,) = confidence_or_colour_tables(rows)
    column = table.header.index("lazy needs × as much: flip")
    assert {(line[2], line[3]): line[column] for line in table.rows} == {
        ("lazy", "0.95"): "–", ("erm", "0.95"): "4.0", ("erm", "1"): "2.0"
    }  # fmt: skip
    assert {line[table.header.index("ε of another colour that flips")] for line in table.rows} == {"–"}


def test_in_a_crowd_only_what_has_a_colour_of_its_own_stands_out(row):
    few, many = (
        {name: colour for name, colour, _ in in_colour(row(strategy=name) for name in ("lazy", *others))}
        for others in (("a", "b"), [f"new_{i}" for i in range(TELLABLE)])
    )
    assert len({*few.values()}) == 3
    assert {*many.values()} == {COLOURS["lazy"], FAINT}
    rows = [row(strategy=name, metric="minimal_epsilon", detail=[0.1, 0.2], own=OWN) for name in many]
    left = noise_figure(rows).axes[0]
    assert [text.get_text() for text in left.get_legend().get_texts()] == ["lazy", "the others"]


def test_a_curve_leaves_out_what_was_the_target_already_and_ends_below_what_was_not_found(row):
    rows = seeds_of(row, "lazy", [0.1, None, 0.2, NEVER])
    (line, *_) = noise_figure(rows).axes[0].lines
    x, y = line.get_data()
    assert np.allclose(x, [0.1, 0.2])
    assert np.allclose(y, [1 / 3, 2 / 3])


@pytest.mark.parametrize("study", ["noise", "class_pairs"])
def test_the_figure_can_be_drawn_of_one_other_network(row, tmp_path, study):
    detail = [0.1, None] if study == "noise" else [[1, 2], [3, 4]]
    metrics = ("minimal_epsilon", "pair_epsilon")
    rows = [row(metric=m, network="resnet18", epochs=5, strategy="new", detail=detail, own=OWN) for m in metrics]
    save(partial(FIGURES[study], rows), tmp_path / f"{study}.svg")
    assert (tmp_path / f"{study}.svg").stat().st_size > 1000


def test_tables_are_found_by_name():
    assert TABLES["noise"] is noise_tables
    assert TABLES["class_pairs"] is pairs_tables
    assert TABLES["confidence_or_colour"] is confidence_or_colour_tables
