"""What the torch-free tests share: rows made by hand."""

from dataclasses import fields

import pytest

from lazyartist.reporting.row import Origin, Row


AT = {
    "dataset": "mnist",
    "bias": "colour",
    "correlation": 0.95,
    "conflict": "all",
    "where": "foreground",
    "palette": "hues",
    "network": "simple_cnn",
    "strategy": "erm",
    "epochs": 2,
    "batch_size": 64,
    "learning_rate": 0.002,
    "schedule": "cosine",
}


def make_row(**changes):
    """A row with some things changed: names of `Row` and `Origin` go there, all others are keys of the run.

    `own` are keys of the row that its run does not have.
    """
    own = changes.pop("own", {})
    row_names, origin_names = ({each.name for each in fields(kind)} - {"at", "origin"} for kind in (Row, Origin))
    given = {
        "study": "cures",
        "seed": 0,
        "metric": "hard_rotated_accuracy",
        "value": 0.8,
        "n": 10000,
        "direction": "higher",
    }
    origin = {"run": "a", "data": "f" * 64, "versions": {"torch": "2"}, "seconds": 1.5}
    at = dict(AT)
    for name, value in changes.items():
        (given if name in row_names else origin if name in origin_names else at)[name] = value
    return Row(**given, at={**at, **own}, origin=Origin(**origin, at=at))


@pytest.fixture
def row():
    return make_row
