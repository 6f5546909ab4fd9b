"""What the torch-free tests share: rows made by hand."""

import pytest

from lazyartist.reporting.row import Row


def make_row(**changes):
    given = {
        "study": "cures",
        "dataset": "mnist",
        "task": "0.95 correlation",
        "model": "simple_cnn",
        "strategy": "erm",
        "uses": "",
        "seed": 0,
        "budget": "4 epochs",
        "metric": "hard_rotated_accuracy",
        "value": 0.8,
        "n": 10000,
        "direction": "higher",
        "data": "f" * 64,
        "versions": {"torch": "2"},
        "threads": 1,
        "seconds": 1.5,
        "run": "a",
    }
    return Row(**{**given, **changes})


@pytest.fixture
def row():
    return make_row
