"""The contract of a case and of its remedies, as checks that anybody can run on theirs.

In a test file:

    from lazyartist.clinic.checks import parametrize_with_checks

    @parametrize_with_checks(["tricky_table", "tricky_table.my_remedy"])
    def test_contract(name, check):
        check(name)

A name without a dot is a case, one with a dot a remedy. The checks use the case's small knobs.
"""

from __future__ import annotations

import hashlib
import io
import math
import pickle
import tempfile

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from lazyartist.clinic import CASES, REMEDIES
from lazyartist.clinic.base import Admission, AnyCase
from lazyartist.clinic.shelf import Shelf
from lazyartist.contract import assert_configured, parametrized
from lazyartist.training.store import Store


if TYPE_CHECKING:
    import pytest


def check_configuration(name: str) -> None:
    """Its knobs are the fields of a frozen dataclass, and all have defaults."""
    thing = REMEDIES[name] if "." in name else CASES[name]
    assert_configured(thing, name)


def check_a_seed_decides_the_data(name: str) -> None:
    """The same seed draws the same data and defect, another seed others."""
    case, admission = _drawn(name)
    with tempfile.TemporaryDirectory() as folder:
        shelf = Shelf(case, Store(Path(folder)))
        assert _bytes(case.draw(0, shelf)) == _bytes(admission), f"{name}: one seed drew two sets of data"
        assert _bytes(case.draw(1, shelf)) != _bytes(admission), f"{name}: two seeds drew the same data"


def check_the_oracle_is_better(name: str) -> None:
    """Its healthy twin scores better than its broken model, by the honest judge."""
    case, admission = _drawn(name)
    base = case.judge(case.baseline(admission.patient, 0), admission.sealed).value
    best = case.judge(case.oracle(admission, 0), admission.sealed).value
    better = best > base if case.direction == "higher" else best < base
    assert better, f"{name}: the oracle scores {best:g}, the baseline {base:g}; {case.direction} is better"


def check_a_treatment_can_be_repeated(name: str) -> None:
    """Two treatments with the same seed get the same score, which is finite."""
    case, admission = _drawn(name.partition(".")[0])
    first = _treated(name).score
    again = case.judge(REMEDIES.build(name).treat(admission.patient, 0), admission.sealed).value
    assert math.isfinite(first), f"{name} gets a score of {first}"
    assert first == again, f"{name}: one seed got the scores {first} and {again}"


def check_the_patient_stays_as_it_is(name: str) -> None:
    """A treatment works on copies, and draws from no global generator."""
    found = _treated(name)
    assert not found.changed, f"{name} changes the patient that others are to treat"
    assert not found.drew, f"{name} draws from torch's global generator"


OF_CASES: tuple[Callable[[str], None], ...] = (
    check_configuration,
    check_a_seed_decides_the_data,
    check_the_oracle_is_better,
)
OF_REMEDIES: tuple[Callable[[str], None], ...] = (
    check_configuration,
    check_a_treatment_can_be_repeated,
    check_the_patient_stays_as_it_is,
)


def parametrize_with_checks(names: Sequence[str]) -> pytest.MarkDecorator:
    """Return a decorator that runs a test `(name, check)` for every case and remedy and every check of its contract."""
    pairs = [(name, check) for name in names for check in (OF_REMEDIES if "." in name else OF_CASES)]
    return parametrized("name", pairs)


@dataclass(frozen=True)
class _Treatment:
    """What came of a treatment: a score, and whether patient and global generator were left as they were."""

    score: float
    changed: bool
    drew: bool


@lru_cache(maxsize=1)
def _treated(name: str) -> _Treatment:
    case, admission = _drawn(name.partition(".")[0])
    before, state = _bytes(admission), torch.get_rng_state()
    treated = REMEDIES.build(name).treat(admission.patient, 0)
    changed, drew = _bytes(admission) != before, not torch.equal(torch.get_rng_state(), state)
    return _Treatment(case.judge(treated, admission.sealed).value, changed, drew)


@lru_cache(maxsize=1)
def _drawn(name: str) -> tuple[AnyCase, Admission[Any, Any]]:
    kind = CASES[name]
    case = kind(**kind.small)
    with tempfile.TemporaryDirectory() as folder:
        return case, case.draw(0, Shelf(case, Store(Path(folder))))


def _bytes(thing: object) -> str:
    """Return a digest of everything in a thing: of tensors their values, not where they lie in memory."""
    content = io.BytesIO()
    _ByValue(content).dump(thing)
    return hashlib.sha256(content.getvalue()).hexdigest()


class _ByValue(pickle.Pickler):
    def reducer_override(self, thing: object) -> Any:
        if isinstance(thing, torch.Tensor):
            values = thing.detach().cpu().contiguous()
            return bytes, (f"{values.dtype} {tuple(values.shape)} ".encode() + values.cpu().numpy().tobytes(),)
        return NotImplemented
