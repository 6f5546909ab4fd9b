"""Measuring side by side, on a machine whose speed drifts; how often, and whether it is only to see that all runs.

`LAZYARTIST_BENCH_ROUNDS=1 pytest bench` is a smoke round: every benchmark once, on little data, and no row is kept.
"""

from __future__ import annotations

import os
import statistics
import time

from collections.abc import Callable, Mapping
from typing import Any


ASKED = os.environ.get("LAZYARTIST_BENCH_ROUNDS", "")
SMOKE = ASKED == "1"
DATASET = "digits" if SMOKE else "mnist"


def rounds(usual: int) -> int:
    """Return how many rounds a benchmark makes: those that were asked for, or its own number."""
    return int(ASKED or usual)


ROUNDS = rounds(5)


def in_turn(ways: Mapping[str, Callable[[], Any]], rounds: int = ROUNDS) -> dict[str, float]:
    """Return the median seconds of processor time of each way, measured A B … B A, after one for warmth."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way()
    for i in range(rounds):
        for name in ways if i % 2 == 0 else reversed(list(ways)):
            start = time.process_time()
            ways[name]()
            times[name].append(time.process_time() - start)
    return {name: statistics.median(own) for name, own in times.items()}
