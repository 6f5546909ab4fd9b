"""What the README's two commands cost, from a cold start: wall-clock seconds as rows for `results/`.

    pytest bench/test_cost.py --lazy-results=results

A smoke round only collects some of the tests.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

from pathlib import Path

import pytest

from . import speed_rows
from .turns import SMOKE


ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("words", ["pytest", "pytest -m acceptance"])
def test_command(words: str, lazy_results: Path, tmp_path: Path) -> None:
    """Run one of them from an empty store of models; the rows of the main job go to the same results."""
    command = [sys.executable, "-m", *words.split(), f"--lazy-results={lazy_results.resolve()}"]
    if SMOKE:  # the tests themselves are another job
        command += ["--collect-only", "-q", str(ROOT / "tests" / "core")]
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env={**os.environ, "LAZYARTIST_STORE": str(tmp_path)}, check=False)
    speed_rows.keep(lazy_results, {f"`{words}`, s": time.perf_counter() - start}, n=1, data="")
