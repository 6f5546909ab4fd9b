"""What bfloat16 is worth: training steps of a network in it beside those of the same network in float32.

    pytest bench/test_bf16.py --lazy-results=results

One thread, batches of 64. Asserts nothing: speed is measured, not judged. What it costs in accuracy is measured by
`lazyartist run cures --networks simple_cnn,bf16`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch

from torch import Tensor

from lazyartist.data.make import make_task
from lazyartist.networks import build

from . import speed_rows
from .test_speed import BATCH, stepper
from .turns import DATASET, SMOKE, in_turn, rounds


# network -> steps between two looks at the clock
STEPS = {"simple_cnn:width=4": 1} if SMOKE else {"simple_cnn": 60, "resnet18:width=16": 6, "resnet18:width=64": 2}


def each_of(index: Tensor, step: Callable[[Tensor], None]) -> None:
    """Make a step with each batch."""
    for batch in index:
        step(batch)


def test_training_steps_in_bfloat16(lazy_results: Path) -> None:
    data, generator = make_task(DATASET).train, torch.Generator().manual_seed(0)
    numbers = {}
    for name, count in STEPS.items():
        index = torch.randint(len(data), (count, BATCH), generator=generator)
        networks = {"float32": name, "bfloat16": f"bf16:of={name}"}
        steps = {kind: stepper(build(own, 10, seed=0).train(), data) for kind, own in networks.items()}
        ways = {kind: partial(each_of, index, step) for kind, step in steps.items()}
        spent = in_turn(ways, rounds(4))
        for kind, seconds in spent.items():
            numbers[f"training step, {name}, {kind}, ms"] = 1000 * seconds / count
        numbers[f"training step, {name}: float32 / bfloat16"] = spent["float32"] / spent["bfloat16"]
    speed_rows.keep(lazy_results, numbers, n=rounds(4), data=data.fingerprint)
