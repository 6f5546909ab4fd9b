"""The fuzzers, each for a while: `LAZYARTIST_FUZZ_SECONDS`, twenty unless it says otherwise."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

from pathlib import Path

import pytest

from ..fuzz.targets import TARGETS


FUZZ = Path(__file__).parents[1] / "fuzz"


@pytest.mark.soak
@pytest.mark.parametrize("name", TARGETS)
def test_no_input_that_is_found_by_coverage_raises_anything_else(name, tmp_path, counted):
    pytest.importorskip("atheris", reason='pip install "lazyartist[fuzz]"')
    seconds = int(os.environ.get("LAZYARTIST_FUZZ_SECONDS", "20"))
    shutil.copytree(FUZZ, tmp_path / "fuzz")  # what is found here is not kept
    words = [sys.executable, "fuzz/run.py", name, f"-max_total_time={seconds}"]
    done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, timeout=2 * seconds + 60, check=False)
    found = re.search(r"Done (\d+) runs", done.stderr)
    counted("fuzz", f"{name}, {seconds} seconds", int(found[1]) if found else 0, uncaught=int(found is None))
    assert found, done.stderr[-2000:]
