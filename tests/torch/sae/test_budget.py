import numpy as np
import pytest

from lazyartist.sae.budget import SaeBudget


@pytest.mark.parametrize(
    "knobs",
    [
        {"steps": 0},
        {"steps": 2.5},
        {"batch_size": -1},
        {"batch_size": float("nan")},
        {"learning_rate": 0},
        {"learning_rate": float("inf")},
        {"learning_rate": "fast"},
    ],
)
def test_nonsense_is_refused_by_name(knobs):
    ((name, value),) = knobs.items()
    with pytest.raises(ValueError, match=f"SaeBudget: {name}={value!r}: expected a (whole|finite) number"):
        SaeBudget(**knobs)


def test_the_learning_rate_falls_to_zero_in_the_last_fifth():
    budget = SaeBudget(steps=np.int64(10), learning_rate=0.5)
    assert [budget.rate(step / 10) for step in (0, 5, 8)] == pytest.approx([0.5, 0.5, 0.5])
    assert budget.rate(0.9) == pytest.approx(0.25)
    assert budget.rate(1) == 0
