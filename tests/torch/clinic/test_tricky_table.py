from functools import cache

import numpy as np
import pytest
import torch

from sklearn.linear_model import LinearRegression

from lazyartist.clinic.tricky_table.case import TEST_SITES, TRAINING_SITES, TrickyTable, rmse
from lazyartist.clinic.tricky_table.filling import Chain
from lazyartist.clinic.tricky_table.flags import hole_effects
from lazyartist.clinic.tricky_table.remedies import FlagsForHoles, StableFlags
from lazyartist.clinic.tricky_table.table import CHANCE, LAWFUL, SPURIOUS, Table, World


@cache
def drawn(**knobs):
    case = TrickyTable(**{"trees": 12, "rate": 0.4, **knobs})
    return case, case.draw(0, shelf=None)


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def test_only_spurious_holes_follow_the_target_and_only_at_the_training_sites():
    _, admission = drawn()
    here = dict(zip(*effects(admission.patient.train), strict=True))
    there = dict(zip(*effects(admission.sealed.elsewhere), strict=True))
    assert sorted(here) == sorted((*LAWFUL, *CHANCE, *SPURIOUS))
    assert min(abs(here[column]) for column in SPURIOUS) > 1
    assert max(abs(there[column]) for column in (*SPURIOUS, *CHANCE)) < 0.3
    assert max(abs(here[column]) for column in CHANCE) < 0.3
    assert all(here[column] == pytest.approx(there[column], abs=0.25) for column in LAWFUL)


def effects(table):
    found = hole_effects(table)
    return found.columns, found.pooled.tolist()


def test_the_test_of_homogeneity_keeps_what_is_lawful_and_drops_what_is_spurious():
    _, admission = drawn()
    found = hole_effects(admission.patient.train)
    assert set(found.lawful(0.01)).isdisjoint(SPURIOUS)
    assert set(found.lawful(0.001)) >= set(LAWFUL)


def test_cochrans_q_is_that_of_a_weighted_regression_on_a_constant():
    found = hole_effects(drawn()[1].patient.train)
    weight = 1 / found.variance[2]
    line = LinearRegression().fit(np.zeros((6, 1)), found.effect[2], sample_weight=weight)
    assert found.pooled[2] == pytest.approx(line.intercept_)


def test_the_honest_judge_says_no_where_a_random_split_says_yes():
    case, admission = drawn()
    base, poisoned, cured = (
        case.judge(treated, admission.sealed)
        for treated in (
            case.baseline(admission.patient, 0),
            FlagsForHoles(correlation=0).treat(admission.patient, 0),
            StableFlags(models=1, copies=2, answers=2).treat(admission.patient, 0),
        )
    )
    # the more poison, the better, says the random split
    assert max(base.defective, poisoned.defective) < cured.defective
    assert poisoned.value > 1.1 * base.value > 1.3 * cured.value
    assert cured.value == pytest.approx(cured.defective, rel=0.06)


def test_filled_columns_are_like_the_truth_if_chance_is_added():
    _, admission = drawn()
    train, whole = admission.patient.train.values, admission.sealed.whole[0].values
    with_chance, without = (
        Chain.fitted(train, generator(), chance=chance).fill(train, generator(1)) for chance in (True, False)
    )
    assert np.array_equal(with_chance[~np.isnan(train)], train[~np.isnan(train)])
    for column in (6, 7, 9, 15):  # two other columns measure the same
        hole = np.isnan(train[:, column])
        truth = whole[hole, column]
        assert with_chance[hole, column].std() == pytest.approx(truth.std(), rel=0.1)
        found, alone = (np.corrcoef(filled[hole, column], truth)[0, 1] for filled in (with_chance, without))
        assert found > 0.87
        assert found > alone
    noise = np.isnan(train[:, 25])
    assert abs(np.corrcoef(with_chance[noise, 25], whole[noise, 25])[0, 1]) < 0.1  # of noise nothing is known


def test_the_oracle_answers_for_the_judges_tables_alone():
    case, admission = drawn(rows=200, trees=4)
    oracle = case.oracle(admission, 0)
    assert case.judge(oracle, admission.sealed).parts["the cure, with fair holes"] > rmse(
        oracle, admission.sealed.elsewhere
    )
    with pytest.raises(ValueError, match="of no others"):
        oracle(admission.patient.train.values)


def test_stupid_inputs_are_refused():
    _, admission = drawn()
    table = admission.sealed.elsewhere
    for wrong in (lambda values: values, lambda values: values[:, 0], lambda values: 3.0):
        with pytest.raises(ValueError, match="finite numbers, the logarithm"):
            rmse(wrong, table)
    with pytest.raises(ValueError, match="expected two or more"):
        hole_effects(World.drawn(6, 0.25, 0).table([0], 9, "one site"))
    with pytest.raises(ValueError, match="column 1 is missing in every row"):
        Chain.fitted(np.array([[1.0, np.nan], [2.0, np.nan]]), generator())
    with pytest.raises(ValueError, match="rows=3"):
        TrickyTable(rows=3)


def test_sites_with_one_row_of_a_kind_have_no_say():
    values = np.array([[np.nan], [1.0], [2.0], [np.nan], [np.nan], [3.0], [4.0]])
    table = Table(values, np.exp(np.arange(7.0)), np.array([0, 0, 0, 1, 1, 1, 1]))
    found = hole_effects(table)
    assert np.isnan(found.effect[0, 0])
    assert found.effect[0, 1] == pytest.approx(3.5 - 5.5)
    assert found.lawful(0.01) == (0,)  # one site speaks, none contradicts


def test_no_site_is_on_both_sides():
    _, admission = drawn()
    assert set(admission.patient.train.site) == set(TRAINING_SITES)
    assert set(admission.sealed.elsewhere.site) == set(TEST_SITES)
