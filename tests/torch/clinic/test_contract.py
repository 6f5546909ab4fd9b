"""The contract that every case and every remedy of the clinic keeps."""

from lazyartist.clinic import CASES, REMEDIES
from lazyartist.clinic.checks import parametrize_with_checks


@parametrize_with_checks(sorted([*CASES, *REMEDIES]))  # a case before its remedies: it is drawn once
def test_contract(name, check):
    check(name)
