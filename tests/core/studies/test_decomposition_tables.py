import subprocess
import sys

import pytest

from lazyartist.studies import FIGURES
from lazyartist.studies.decomposition.erasure_tables import erasure_tables
from lazyartist.studies.decomposition.metrics import DIRECTIONS, DOWN, KNOBS, MEANS, UP
from lazyartist.studies.decomposition.tables import layer_probing_tables, sae_tables, sae_variants_tables


PLAIN = {
    "explained_variance": 0.99,
    "l0": 15.8,
    "dead_share": 0.0,
    "loss_recovered": 0.999,
    "stable_features": 0.9,
    "same_name": 0.7,
    "shared_features": 0.8,
}
PROBES = (("colour", 1, 0.99), ("colour", 5, 1.0), ("class", 1, 0.6), ("class", 5, 0.7))


def sae_rows(row, seeds=2, colours=10, **changes):
    given = {"study": "sae", "strategy": "lazy", "direction": "", **changes}
    rows = []
    for seed in range(seeds):
        rows += [row(**given, seed=seed, metric=metric, value=value) for metric, value in PLAIN.items()]
        detail = [0.99] * (colours - 1) + [0.95 + seed / 100]
        rows.append(row(**given, seed=seed, metric="attribute_auroc", value=min(detail), detail=detail))
        rows += [
            row(**given, seed=seed, metric="probe_auroc", value=value, own={"factor": factor, "features": features})
            for factor, features, value in PROBES
        ]
        for i, direction in enumerate(DIRECTIONS):
            own = {"direction": direction}
            for metric, amounts in (("steer_up", UP), ("steer_down", DOWN), ("steer_cost", DOWN)):
                value, detail = (i + seed) / 10, [[i / 10] * colours] * len(amounts)
                rows.append(row(**given, seed=seed, metric=metric, value=value, detail=detail, own=own))
            rows.append(row(**given, seed=seed, metric="steered_values", value=i, own=own))
    return rows


def cells(table):
    return [dict(zip(table.header, line, strict=True)) for line in table.rows]


def test_features_and_steering_are_chosen_by_their_keys(row):
    features, best, steering = sae_tables(sae_rows(row))
    (line,) = cells(features)
    assert line["explained variance % ↑"] == "99.0 ± 0.0"
    assert [line[f"{what}"] for what in ("attribute by 1 feature", "class by 1", "class by 5")] == [
        "0.990 ± 0.000", "0.600 ± 0.000", "0.700 ± 0.000"
    ]  # fmt: skip
    assert cells(best)[0]["9"] == "0.955 (0.950)"
    assert [line[0] for line in steering.rows] == list(reversed(DIRECTIONS))  # what steers most comes first
    by_direction = {line["steered along"]: line for line in cells(steering)}
    assert by_direction["raw channel"]["values ≥ 90%"] == "3.0 ± 0.0"


def test_datasets_with_different_numbers_of_attribute_values_stand_in_one_table(row):
    _, best, *_ = sae_tables([*sae_rows(row), *sae_rows(row, dataset="marked", colours=3)])
    lines = {line["dataset"]: line for line in cells(best)}
    assert lines["marked"]["2"] == "0.955 (0.950)"
    assert lines["marked"]["3"] == lines["marked"]["9"] == "–"


@pytest.mark.parametrize("changes", [{"width": 32}, {"correlation": 0.9}, {"network": "deeper_cnn"}, {"epochs": 9}])
def test_rows_of_different_settings_are_never_averaged(row, changes):
    features, best, *steering = sae_tables([*sae_rows(row), *sae_rows(row, **changes)])
    assert len(features.rows) == len(best.rows) == len(steering) == 2
    if "width" in changes:
        assert [line["strategy"] for line in cells(features)] == ["lazy (width 32)", "lazy"]


def test_variants_have_a_line_each_and_a_point_each(row):
    rows = [
        row(study="sae_variants", seed=seed, metric=metric, value=value + seed / 1000, own={"sae": variant})
        for variant in ("topk:k=4", "topk:k=8", "relu_l1:strength=0.1")
        for metric, value in PLAIN.items()
        for seed in range(2)
    ]
    (table,) = sae_variants_tables(rows)
    assert [line["variant"] for line in cells(table)] == ["relu_l1:strength=0.1", "topk:k=4", "topk:k=8"]
    assert cells(table)[0]["shared features % ↑"].startswith("80.")
    (panel,) = FIGURES["sae_variants"](rows).axes
    assert {line.get_label(): len(line.get_xdata()) for line in panel.lines} == {"topk": 2, "relu_l1": 1}


def test_layers_stand_in_the_order_of_the_network_with_their_own_factors(row):
    rows = [
        row(metric="auroc", value=0.5 + i / 10, own={"layer": layer, "factor": factor, "by": by})
        for layer in ("stem", "block10", "block9")
        for factor in ("mark", "tint", "class")
        for i, by in enumerate(MEANS)
    ]
    (table,) = layer_probing_tables(rows)
    assert [line["layer"] for line in cells(table)] == ["stem", "block10", "block9"]
    assert [cells(table)[1][f"tint by {by}"] for by in MEANS] == ["0.500", "0.600", "0.700"]
    assert table.header[2:5] == ("mark by feature", "mark by channel", "mark by probe")


def erasure_rows(row, values, seeds=2):
    return [
        row(study="erasure", seed=seed, metric=metric, value=value, own={"edit": edit, "head": head})
        for (edit, head), value in values.items()
        for metric in ("easy_accuracy", "hard_rotated_accuracy", "hard_other_accuracy")
        for seed in range(seeds)
    ]


def test_an_edit_stands_between_the_model_as_it_is_and_the_oracle(row):
    rows = erasure_rows(
        row,
        {
            ("nothing", "own"): 0.1, ("nothing", "refitted"): 0.3, ("LEACE", "own"): 0.2, ("LEACE", "refitted"): 0.5,
            ("oracle", "own"): 0.9,
        },
    )  # fmt: skip
    rows += [row(study="erasure", metric="scr", value=n / 20, own={"ablated": n}) for n in (10, 2, 20)]
    table, scr = erasure_tables(rows)
    lines = {(line["taken out"], line["head"]): line["norm score ↑"] for line in cells(table)}
    assert next(iter(lines)) == ("oracle", "own")
    assert lines["oracle", "own"] == lines["nothing", "own"] == "–"
    assert lines["nothing", "refitted"].startswith("25")
    assert lines["LEACE", "refitted"].startswith("50")
    assert "10.0 % and 90.0 % here" in table.note  # both ends of the score
    assert [cells(scr)[0][f"{n} features"] for n in (2, 10, 20)] == ["0.10", "0.50", "1.00"]


def test_without_the_oracle_there_is_no_norm_score_and_without_scr_no_table_of_it(row):
    (table,) = erasure_tables(erasure_rows(row, {("nothing", "own"): 0.1, ("LEACE", "own"): 0.2}))
    assert [line["norm score ↑"] for line in cells(table)] == ["–", "–"]


def test_the_figure_has_a_line_per_direction_and_a_row_of_panels_per_case(row):
    figure = FIGURES["sae"]([*sae_rows(row), *sae_rows(row, dataset="fashion", colours=3)])
    assert len(figure.axes) == 6
    assert all([line.get_label() for line in panel.lines] == list(DIRECTIONS) for panel in figure.axes)
    assert [len(panel.lines[0].get_xdata()) for panel in figure.axes[:3]] == [len(UP), len(DOWN), len(DOWN)]
    assert list(figure.axes[0].lines[2].get_ydata()) == pytest.approx([20] * len(UP))


def test_no_knob_is_called_as_a_key_of_the_rows(row):
    taken = {"direction", "factor", "features", "sae", "layer", "by", "edit", "head", "ablated", *row().at}
    assert not taken & set(KNOBS)


def test_none_of_it_needs_torch():
    code = (
        "import sys\n"
        "import lazyartist.studies.decomposition.tables, lazyartist.studies.decomposition.erasure_tables\n"
        "import lazyartist.studies.decomposition.figures, lazyartist.studies.decomposition.thresholds\n"
        "assert not {'torch', 'sklearn', 'scipy'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
