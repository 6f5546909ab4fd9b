"""The example's own tests; pytest of the example runs them by name, lazyartist's through tests/torch/test_doors.py."""

from lazyartist_example import LabelSmoothing

from lazyartist.checks import parametrize_with_checks


@parametrize_with_checks([LabelSmoothing()])
def test_contract(strategy, check):
    check(strategy)
