import math

from lazyartist.criteria import CURE, LAZY, LAZY_EASY
from lazyartist.reporting.stats import estimate


def test_thresholds_are_strict_and_nan_never_passes():
    assert not LAZY_EASY.holds(0.95)
    assert LAZY_EASY.holds(0.9501)
    assert not LAZY_EASY.holds(math.nan)


def test_the_bad_end_of_the_interval_decides():
    criterion = CURE[0]
    assert criterion.holds_for(estimate([0.80, 0.81, 0.82]))
    assert not criterion.holds_for(estimate([0.71, 0.90, 0.72]))  # the mean is over, the interval is not
    assert not criterion.holds_for(estimate([0.99]))  # one seed proves nothing
    below = LAZY[1]
    assert below.holds_for(estimate([0.01, 0.02]))
    assert not below.holds_for(estimate([0.01, 0.19]))
