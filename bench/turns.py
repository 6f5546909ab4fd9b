"""Measuring side by side, on a machine whose speed drifts."""

from __future__ import annotations

import statistics
import time


ROUNDS = 5


def in_turn(ways, rounds=ROUNDS):
    """Return the median seconds of processor time of each way, measured A B … B A, after one for warmth."""
    times = {name: [] for name in ways}
    for way in ways.values():
        way()
    for i in range(rounds):
        for name in ways if i % 2 == 0 else reversed(ways):
            start = time.process_time()
            ways[name]()
            times[name].append(time.process_time() - start)
    return {name: statistics.median(found) for name, found in times.items()}
