"""The tables and figures of cures, from rows made by hand."""

import itertools

from functools import partial

import pytest

from lazyartist.reporting.figure import save
from lazyartist.reporting.table import ACCURACIES
from lazyartist.studies import FIGURES, TABLES
from lazyartist.studies.cures.metrics import (
    BIAS_LABELS,
    BIAS_TYPE,
    CEILING,
    CLASS_LABELS,
    CONFLICTING,
    DETECTION,
    UNBIASED,
)
from lazyartist.studies.cures.numbers import judged_by
from lazyartist.studies.cures.tables import (
    correlation_tables,
    cures_tables,
    lff_protocol_tables,
    naming_tables,
    tuning_tables,
)
from lazyartist.studies.settings import settings


EASY, ROTATED, OTHER = ACCURACIES
WORST = "worst_group_accuracy"


@pytest.fixture
def some_rows(row):
    hard = {"erm": (0.80, 0.82), "focal": (0.83, 0.85), "oracle": (0.98, 0.98)}
    return [
        row(strategy=name, seed=seed, metric=metric, value=value if metric != EASY else 0.99)
        for name, by_seed in hard.items()
        for seed, value in enumerate(by_seed)
        for metric in ACCURACIES
    ]


def cells(table):
    return {line[1]: dict(zip(table.header, line, strict=True)) for line in table.rows}


def test_a_cure_stands_between_its_erm_and_its_oracle(some_rows):
    (table,) = cures_tables(some_rows)
    lines = cells(table)
    assert list(lines) == ["oracle", "focal", "erm"]
    assert lines["focal"]["gain over ERM"] == "+3.0 ± 0.0"
    assert lines["focal"]["norm score ↑"].startswith("18 ± ")
    assert lines["erm"]["gain over ERM"] == "–"
    assert lines["focal"]["easy % ↑"] == "99.0 ± 0.0"
    assert table.title == "Strategies: mnist, simple_cnn, 2 epochs, batch 64, Adam 0.002 cosine"


@pytest.mark.parametrize(
    "change",
    [
        {"epochs": 4},
        {"learning_rate": 1e-3},
        {"network": "mlp"},
        {"palette": "tol"},
        {"correlation": 0.99},
        {"where": "background"},
        {"texture": 3},  # a key of somebody's own family of images
    ],
    ids=str,
)
@pytest.mark.parametrize(
    ("study", "metric"),
    [("cures", OTHER), ("correlation", OTHER), ("naming", "auroc"), ("tuning", EASY), ("lff_protocol", OTHER)],
)
def test_rows_of_different_settings_are_never_averaged(row, study, metric, change):
    own = {"epoch": 1, "score": "loss"} if study == "naming" else {}
    rows = [row(metric=metric, value=0.1 + 0.8 * i, own=own, **keys) for i, keys in enumerate(({}, change))]
    shown = [cell for table in TABLES[study](rows) for line in table.rows for cell in line]
    assert shown.count("10.0") == shown.count("90.0") == 1
    assert "50.0" not in shown


def test_leaderboards_are_grouped_by_what_a_strategy_knows(row):
    uses = {
        "oracle": ("unbiased split",), "a": ("bias labels", "resampling"), "b": ("recolouring",), "c": ("resampling",),
        "d": ("augmentation", "colour prior"), "e": (),
    }  # fmt: skip
    rows = [
        row(strategy=name, uses=words, metric=metric, value=0.5)
        for name, words in uses.items()
        for metric in (*ACCURACIES, WORST)
    ]
    (table,) = cures_tables(rows)
    assert [line[:3] for line in table.rows] == [
        [CEILING, "oracle", "unbiased split"],
        [BIAS_LABELS, "a", "bias labels, resampling"],
        [BIAS_TYPE, "b", "recolouring"],
        [BIAS_TYPE, "d", "augmentation, colour prior"],
        [CLASS_LABELS, "c", "resampling"],
        [CLASS_LABELS, "e", "–"],
    ]


def test_columns_are_those_that_were_measured(row):
    def header(*metrics):
        (table,) = cures_tables([row(metric=metric, value=0.5) for metric in metrics])
        return table.header[3:-4]

    assert header(*ACCURACIES) == ("easy % ↑", "hard, rotated % ↑", "hard, other % ↑")
    assert header(EASY, WORST) == ("easy % ↑", "worst group % ↑")
    assert header(WORST) == ("worst group % ↑",)
    own = "hard_mirrored_accuracy"
    assert header(EASY, own, OTHER) == ("easy % ↑", "hard, other % ↑", f"{own} % ↑")
    assert header(EASY) == ("easy % ↑",)


def test_without_hard_splits_the_worst_group_is_what_counts(row):
    worst = {"erm": 0.2, "group_dro": 0.6, "oracle": 0.7}
    rows = [
        row(strategy=name, seed=seed, metric=metric, value=value if metric == WORST else 0.9)
        for name, value in worst.items()
        for seed in (0, 1)
        for metric in (EASY, WORST)
    ]
    (table,) = cures_tables(rows)
    assert list(cells(table)) == ["oracle", "group_dro", "erm"]
    assert cells(table)["group_dro"]["gain over ERM"] == "+40.0 ± 0.0"
    assert cells(table)["group_dro"]["norm score ↑"] == "80 ± 0"
    assert "the worst group's accuracy" in table.note


def test_a_strategy_without_a_number_stands_last_and_one_without_a_common_seed_has_no_gain(row):
    rows = [row(strategy="erm", metric=m, value=0.5) for m in ACCURACIES]
    rows += [row(strategy="late", metric=m, value=0.6, seed=7) for m in ACCURACIES]
    rows += [row(strategy="easy_only", metric=EASY, value=0.9)]
    (table,) = cures_tables(rows)
    assert list(cells(table)) == ["late", "erm", "easy_only"]
    assert cells(table)["late"]["gain over ERM"] == "–"
    assert cells(table)["easy_only"]["hard, other % ↑"] == "–"


def test_seconds_are_one_number_per_run(row):
    rows = [row(metric=metric, seed=seed, seconds=10.0 + seed) for seed in (0, 1) for metric in (*ACCURACIES, WORST)]
    (table,) = cures_tables(rows)
    assert cells(table)["erm"]["s"] == "10"  # of 10.5


def test_hard_accuracy_is_the_mean_of_all_hard_splits_of_a_seed():
    assert judged_by({ROTATED: {0: 0.5, 1: 0.7}, OTHER: {0: 0.7}, WORST: {0: 0.1}}) == {0: (0.5 + 0.7) / 2}
    assert judged_by({WORST: {0: 0.1}, EASY: {0: 0.9}}) == {0: 0.1}
    assert judged_by({EASY: {0: 0.9}}) == {}


def test_correlations_are_columns(row):
    rows = [
        row(metric=metric, value=value, correlation=value, seed=seed)
        for metric in (ROTATED, OTHER)
        for value in (1.0, 0.9)
        for seed in (0, 1)
    ]
    rows.append(row(metric=OTHER, strategy="late", value=0.3, correlation=1.0))
    (table,) = correlation_tables(rows)
    assert table.header == ("strategy", "uses", "90 %", "100 %")
    assert table.rows == [["erm", "–", "90.0 ± 0.0", "100.0 ± 0.0"], ["late", "–", "–", "30.0"]]
    assert "over 2 seeds" in table.note
    assert "of some strategies over 1." in table.note


def test_each_lie_has_a_table_of_correlations_with_the_lazy_model_beside_the_others(row):
    hard = [
        row(metric=ROTATED, value=value, strategy=strategy, correlation=0.9, **{**lie, **budget})
        for lie in ({"where": "background"}, {"bias": "wave"}, {})
        for strategy, value, budget in (("erm", 0.5, {}), ("lazy", 0.1, {"epochs": 8, "batch_size": 128}))
    ]
    tables = correlation_tables(hard)
    assert [table.title.split(" and class")[0].rpartition(" of ")[2] for table in tables] == [
        "stroke colour", "backdrop", "wave"
    ]  # fmt: skip
    assert all([line[0] for line in table.rows] == ["erm", "lazy"] for table in tables)
    assert all(table.rows[1][-1] == "10.0" for table in tables)
    assert all("2 epochs" in table.title and "Lazy has a budget of its own" in table.note for table in tables)
    (alone,) = correlation_tables([one for one in hard if one.at["strategy"] == "lazy" and one.at["bias"] == "wave"])
    assert [line[0] for line in alone.rows] == ["lazy"]


def test_naming_goes_by_share_and_epochs(row):
    rows = [
        row(metric=metric, value=0.5, correlation=correlation, own={"epoch": epoch, "score": score})
        for metric in DETECTION
        for epoch in (1, 0.5)
        for score in ("margin", "loss")
        for correlation in (0.99, 0.8)
    ]
    tables = naming_tables(rows)
    assert [table.title.rpartition(", ")[2] for table in tables] == ["20 % conflict", "1 % conflict"]
    assert [line[:3] for line in tables[0].rows] == [
        ["0.5", "erm", "loss"], ["0.5", "erm", "margin"], ["1", "erm", "loss"], ["1", "erm", "margin"]
    ]  # fmt: skip


def test_knobs_keep_what_was_tried(row):
    rows = [row(strategy="focal:gamma=5", metric=m, value=0.5) for m in (EASY, CONFLICTING)]
    (table,) = tuning_tables(rows)
    budget = "2 epochs, batch 64, Adam 0.002 cosine"
    assert table.rows == [["mnist", "simple_cnn", "focal:gamma=5", "50.0", "50.0", "1", budget]]


def test_the_protocol_ranks_by_number_and_stands_before_what_was_published(row):
    unbiased = {"a": 0.098, "b": 0.85, "c": 1.0}
    rows = [row(strategy=name, metric=UNBIASED, value=value, network="mlp") for name, value in unbiased.items()]
    ours, *published = lff_protocol_tables(rows)
    assert [line[2] for line in ours.rows] == ["c", "b", "a"]
    assert ours.rows[1][4:6] == ["85.0", "–"]
    assert all(table.title.startswith("Published") for table in published)


def test_settings_differ_in_something_else_than_what_varies(row):
    cases = itertools.product(("erm", "focal"), ("mlp", "simple_cnn"), (0, 1))
    rows = [row(strategy=strategy, network=network, seed=seed) for strategy, network, seed in cases]
    boards = list(settings(rows, "strategy"))
    assert [(at["network"], len(own)) for at, own in boards] == [("mlp", 4), ("simple_cnn", 4)]
    assert all("strategy" not in at for at, _ in boards)
    assert len(list(settings(rows))) == 4


@pytest.mark.parametrize("study", ["cures", "correlation"])
@pytest.mark.parametrize("metrics", [ACCURACIES, (EASY, WORST), (EASY,)], ids=str)
def test_figures_can_be_drawn_of_any_network_and_of_what_there_is(row, study, metrics, tmp_path):
    rows = [
        row(metric=m, value=0.5, network="resnet18", strategy=name, seed=seed)
        for m in metrics
        for name in ("new", "erm", "oracle")
        for seed in (0, 1)
    ]
    save(partial(FIGURES[study], rows), tmp_path / "figure.svg")
    assert (tmp_path / "figure.svg").stat().st_size
