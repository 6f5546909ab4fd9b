"""How long and how fast a network is trained."""

import math

import pytest

from lazyartist.training.budget import Budget


def test_a_budget_is_counted_in_steps():
    assert Budget(epochs=2, batch_size=10).steps(105) == 20
    assert Budget(epochs=0.1, batch_size=10).steps(100) == 1
    assert Budget(epochs=1e-9).steps(100) == 1
    assert str(Budget()) == "4 epochs, batch 64, Adam 0.002 cosine"
    with pytest.raises(ValueError, match="a batch of 64 does not fit into 10"):
        Budget().steps(10)


@pytest.mark.parametrize(
    "wrong",
    [
        *({"epochs": value} for value in (0, -1, math.nan, math.inf, "2", None)),
        *({"batch_size": value} for value in (64.5, 0, -1, "64", None)),
        *({"learning_rate": value} for value in (math.inf, 0, math.nan, None)),
        *({"schedule": value} for value in ("cosin", None, "")),
    ],
    ids=str,
)
def test_what_is_no_budget_is_refused_by_name(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))}=.*: expected"):
        Budget(**wrong)


def test_the_cosine_falls_to_nothing_and_the_constant_stays():
    cosine, constant = Budget(), Budget(schedule="constant")
    assert [cosine.decay(x) for x in (0, 0.5, 1)] == pytest.approx([1, 0.5, 0])
    assert [constant.decay(x) for x in (0, 0.5, 1)] == [1, 1, 1]


def test_equal_numbers_are_one_budget():
    import numpy as np

    for epochs in (2, 2.0, np.float64(2)):
        assert repr(Budget(epochs=epochs)) == repr(Budget(epochs=2))
    assert Budget(epochs=0.5).epochs == 0.5
    assert type(Budget(learning_rate=np.float64(0.1)).learning_rate) is float
    assert Budget(epochs=1e300).epochs == 1e300
