"""What the tests of chapters share: a study measured on the digits inside scikit-learn."""

import pytest

from lazyartist.reporting.records import read_rows
from lazyartist.studies import STUDIES
from lazyartist.studies.runner import run_study
from lazyartist.training.store import Store


@pytest.fixture
def on_digits(tmp_path):
    """Return `on_digits(study, **fields)`: its rows, which are also those that were written."""

    def measure(name, **fields):
        study = STUDIES.build(name, datasets="digits", **fields)
        rows = run_study(study, tmp_path / "records", store=Store(tmp_path / "store"), jobs=1)
        written = read_rows(tmp_path / "records" / f"{name}.jsonl")
        assert [row.fact() for row in rows] == [row.fact() for row in written]
        for row in rows:
            assert row.study == name
            assert {"dataset", "correlation", "network", "strategy", "epochs", "batch_size"} <= set(row.at)
            assert row.origin.threads == 1
            assert row.n > 0
            assert len(row.origin.data) == 64
            assert row.origin.seconds > 0
        return rows

    return measure
