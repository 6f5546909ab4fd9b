"""The example's own tests; its pytest runs them by name, that of lazyartist through tests/torch/doors."""

from lazyartist_example import LabelSmoothing

from lazyartist.checks import parametrize_with_checks


@parametrize_with_checks([LabelSmoothing()])
def test_contract(strategy, check):
    check(strategy)
