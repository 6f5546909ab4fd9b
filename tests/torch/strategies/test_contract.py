"""The contract that every registered strategy keeps."""

import pytest

from lazyartist.checks import check_it_uses_only_what_it_declared, parametrize_with_checks
from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.grayscale_erm import GrayscaleErm


BRIEFLY = {"cross_examination": "cross_examination:length=0.05"}  # its witnesses, who learn little from a few steps
LIVE_UP_TO_IT = [BRIEFLY.get(name, name) for name in STRATEGIES if name != "grayscale_erm"]


@parametrize_with_checks([STRATEGIES.build(name) for name in LIVE_UP_TO_IT])
def test_contract(strategy, check):
    check(strategy)


def test_the_contract_keeps_out_the_control():
    with pytest.raises(AssertionError, match="turns images grey"):
        check_it_uses_only_what_it_declared(GrayscaleErm())
