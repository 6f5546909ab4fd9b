"""What the README's two commands cost, from a cold start: wall-clock seconds as rows for `results/`."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from pathlib import Path

from . import speed_rows


ROOT = Path(__file__).parent.parent


def test_commands(lazy_results: Path, tmp_path: Path):
    """Run both, the main job from an empty store; its rows go to the same results."""
    environment = {**os.environ, "LAZYARTIST_STORE": str(tmp_path / "models")}
    found = {}
    for words in ([], ["-m", "acceptance", "--lazy-results", str(lazy_results.resolve())]):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "pytest", "-q", *words], cwd=ROOT, env=environment, check=False)
        found[f"`{' '.join(['pytest', *words[:2]])}`, s"] = time.perf_counter() - start
    speed_rows.keep(lazy_results, found, n=1, data="")
