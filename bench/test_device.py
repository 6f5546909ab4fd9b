"""Images per second on the device of LAZYARTIST_DEVICE: painted, and trained on from the painting to the weights.

    LAZYARTIST_DEVICE=cuda pytest bench/test_device.py --lazy-results=results

Asserts nothing: speed is measured, not judged. Wall-clock time, all of it: an accelerator works while Python waits.
"""

from __future__ import annotations

import statistics
import time

from collections.abc import Callable
from pathlib import Path

import torch

from lazyartist.data.make import make_task
from lazyartist.device import current, described, on_device
from lazyartist.strategies.erm import Erm
from lazyartist.training.budget import Budget
from lazyartist.training.fit import fit

from . import speed_rows
from .turns import DATASET, SMOKE, rounds


TRAINED = ("simple_cnn:width=4",) if SMOKE else ("simple_cnn", "resnet18")
SIZES = (64,) if SMOKE else (64, 512)  # of batches
STEPS = 3 if SMOKE else 100
PAINTED = 1024  # at once


def test_images_per_second(lazy_results: Path) -> None:
    with on_device():
        where, task = described() or "processor", make_task(DATASET)
        index = torch.arange(PAINTED) % len(task.train)
        numbers = {f"{where}: painting, images/s": PAINTED / seconds(lambda: task.train.render(index))}
        for network in TRAINED:
            for size in SIZES if current().type != "cpu" else SIZES[:1]:
                budget = Budget(epochs=STEPS * size / len(task.train), batch_size=size)
                spent = seconds(lambda network=network, budget=budget: fit(Erm(), task, network, budget=budget).steps)
                numbers[f"{where}: training {network}, batches of {size}, images/s"] = STEPS * size / spent
    if SMOKE:
        assert all(value > 0 for value in numbers.values())
    else:
        speed_rows.keep(lazy_results, numbers, n=STEPS, data=task.train.fingerprint)


def seconds(work: Callable[[], object]) -> float:
    """Return the median wall-clock seconds, after one round for warmth."""
    spent = []
    for _ in range(1 + rounds(5)):
        start = time.perf_counter()
        work()
        if current().type != "cpu":
            getattr(torch, current().type).synchronize()
        spent.append(time.perf_counter() - start)
    return statistics.median(spent[1:])
