"""The zoo: lies besides colour, and two at once: a lazy model reads them, and a cure that is told nothing cures."""

import pytest

from lazyartist.reporting.table import values
from lazyartist.studies.lie_names import lie_of
from lazyartist.studies.zoo.thresholds import CURED, ERM_FALLS, LAZY


SEEDS = range(2)
CURE = "cross_examination"
BIASES = ("corner_glyphs", "wave")
TWO = "colour and mark"


@pytest.fixture(scope="module")
def measured(measure):
    """(strategy, lie) -> metric -> seed -> value."""
    one = [f"mnist:bias={bias}" for bias in BIASES]
    rows = measure("zoo", datasets=one, strategies=["lazy", CURE], seeds=SEEDS)
    rows += measure("zoo", datasets=["mnist:bias=colour_and_mark"], strategies=["lazy", "erm", CURE], seeds=SEEDS)
    found = {}
    for row in rows:
        found.setdefault((row.at["strategy"], lie_of(row.at)), []).append(row)
    return {key: values(own) for key, own in found.items()}


def assert_holds(v, criteria):
    for criterion in criteria:
        assert sorted(v[criterion.metric]) == list(SEEDS)
        assert all(criterion.holds(value) for value in v[criterion.metric].values()), (criterion, v[criterion.metric])


@pytest.mark.parametrize("lie", sorted(LAZY))
def test_a_lazy_model_reads_it(measured, lie):
    assert_holds(measured["lazy", lie], LAZY[lie])


@pytest.mark.parametrize("lie", sorted(CURED))
def test_a_cure_that_is_told_nothing_cures(measured, lie):
    assert_holds(measured[CURE, lie], CURED[lie])


def test_two_lies_bring_down_plain_training(measured):
    assert_holds(measured["erm", TWO], ERM_FALLS)
