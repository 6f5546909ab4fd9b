"""The ceiling."""

from dataclasses import replace

import pytest

from lazyartist.data.images import UnsupportedError
from lazyartist.strategies.oracle import Oracle
from lazyartist.training.fit import fit


def test_the_oracle_trains_on_attributes_that_say_nothing(task, short, monkeypatch):
    calls = []
    render = type(task.train).render
    monkeypatch.setattr(type(task.train), "render", lambda self, *a, **k: calls.append(self) or render(self, *a, **k))
    fit(Oracle(), task, budget=short)
    assert calls
    assert all(split is task.unbiased for split in calls)


def test_without_an_unbiased_split_the_oracle_is_refused_by_name(family, short):
    with pytest.raises(UnsupportedError, match=r"Oracle.* needs a training split whose place say"):
        fit(Oracle(), replace(family(2, 2, 16, 16), unbiased=None), budget=short)
