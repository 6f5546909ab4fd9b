"""What a run costs from 1,000 to 1,000,000 images, and from 28 to 224 pixels; in one process, and in two at once.

    pytest bench/test_growth.py --lazy-results=results

Asserts nothing: speed is measured, not judged. The images are generated and deleted again, 2.4 GB at most. Ten minutes
on two idle cores. Left out, as they would take from a quarter of an hour to hours each: a million images of 64 pixels
(12 GB) and more, and 100,000 of 128 (5 GB) and 224 pixels (15 GB). Two processes are timed where one takes less than
about a minute.
"""

from __future__ import annotations

import json
import subprocess
import sys

from pathlib import Path

import pytest

from lazyartist.studies.speed.metrics import MEMORY, RUN_SECONDS, TRAINING_SECONDS, TWICE

from . import speed_rows
from .growth import generate
from .turns import SMOKE


SIZES = {28: (1000, 10_000, 100_000, 1_000_000), 64: (1000, 10_000, 100_000), 128: (1000, 10_000), 224: (1000, 10_000)}
CELLS = [(28, 1000)] if SMOKE else [(size, count) for size, counts in SIZES.items() for count in counts]
PAIRED = 28**2 * 100_000 * 1.5  # pixels of which two processes are timed, at most
ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(("size", "count"), CELLS)
def test_growth(size: int, count: int, tmp_path: Path, lazy_results: Path) -> None:
    path = tmp_path / "images.npy"
    generate(path, count, size)
    try:
        alone = measured(path, 1)
        numbers = {RUN_SECONDS: alone["seconds"], TRAINING_SECONDS: alone["training"], MEMORY: alone["most"]}
        if size**2 * count <= PAIRED:
            numbers[TWICE] = 2 * alone["wall"] / measured(path, 2)["wall"]
    finally:
        path.unlink()
    at = {"size": size, "images": count}
    speed_rows.put_run(lazy_results, "growth", at, numbers, n=1)
    print(f"\n{size} px, {count:,} images: " + ", ".join(f"{name} {value:.2f}" for name, value in numbers.items()))


def measured(path: Path, processes: int) -> dict[str, float]:
    """Run in so many processes at once; return the slowest one's numbers."""
    command = [sys.executable, "-m", "bench.growth", str(path)]
    started = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(processes)]
    found = [json.loads(process.communicate()[0].splitlines()[-1]) for process in started]
    return max(found, key=lambda numbers: numbers["wall"])
