"""Whatever the fuzzers found is asked again: nothing but the documented error comes out."""

from __future__ import annotations

import warnings

from importlib.util import find_spec
from pathlib import Path

import pytest

from .targets import TARGETS


CORPUS = Path(__file__).parent / "corpus"


@pytest.mark.parametrize("name", TARGETS)
def test_no_error_but_the_documented_one(name, missing):
    if name == "requests" and find_spec("fastapi") is None:
        missing("fastapi is not installed: pip install 'lazyartist[page]'")
    files = sorted((CORPUS / name).iterdir())
    assert len(files) > 10
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for path in files:
            TARGETS[name](path.read_bytes())
