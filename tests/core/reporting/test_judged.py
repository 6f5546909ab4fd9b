"""What is asked of the numbers, and of what."""

import math

import pytest

from lazyartist.criteria import Criterion
from lazyartist.reporting.judged import Judged, criteria_table, judged
from lazyartist.reporting.stats import estimate
from lazyartist.reporting.table import Cell


ABOVE = Criterion("accuracy", "above", 0.7, "a test")
BELOW = Criterion("accuracy", "below", 0.7, "a test")


@pytest.mark.parametrize(
    ("criterion", "values", "asked_of", "passes"),
    [
        (ABOVE, (0.71, 0.80), "every seed", True),
        (ABOVE, (0.70, 0.80), "every seed", False),
        (ABOVE, (0.60, 0.90), "the mean", True),
        (ABOVE, (0.71, 0.80), "the bad end of the interval", False),
        (ABOVE, (0.79, 0.80), "the bad end of the interval", True),
        (ABOVE, (0.90,), "the bad end of the interval", False),
        (BELOW, (0.60, 0.61), "the bad end of the interval", True),
        (BELOW, (0.60, 0.69), "the bad end of the interval", False),
        (ABOVE, (0.60, 0.70), "no seed", True),
        (ABOVE, (0.60, 0.71), "no seed", False),
        (ABOVE, (math.nan, 0.9), "every seed", False),
    ],
)
def test_what_is_asked_of(criterion, values, asked_of, passes):
    assert Judged(criterion, "x", estimate(values), asked_of).passes is passes


def test_what_was_not_measured_is_not_judged():
    v = {"accuracy": {0: 0.8, 1: 0.9}, "other": {0: 1.0}, "empty": {}}
    missing = Criterion("lost", "above", 0, "a test"), Criterion("empty", "above", 0, "a test")
    (one,) = judged([ABOVE, *missing], "erm", v, "every seed")
    assert one.criterion is ABOVE
    assert one.measured.values == (0.8, 0.9)


def test_what_fails_stands_first():
    v = {"accuracy": {0: 0.8, 1: 0.9}}
    table = criteria_table("Asked", judged([ABOVE, BELOW], "erm", v, "every seed"))
    assert [line[0] for line in table.rows] == ["fails", "passes"]
    assert table.rows[0][2:8] == ("accuracy below 0.7", "every seed", "0.85", "[0.2147, 1.485]", "[0.8, 0.9]", "2")
    assert isinstance(table.rows[0][4], Cell)


def test_only_what_can_be_asked_is():
    with pytest.raises(ValueError, match="asked_of='some seed': expected one of 'every seed', 'the mean'"):
        Judged(ABOVE, "x", estimate([1.0]), "some seed")
