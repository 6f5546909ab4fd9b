"""What each strategy costs beside plain training: all of them in turn, in one run, first stages included.

    pytest bench/test_strategy_cost.py --lazy-results=results

An eighth of the images makes every stage an eighth as long, so the ratios are those of the standard budget. Where a
first stage takes as many steps however many images there are, all of them are taken.
"""

from __future__ import annotations

import statistics

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from lazyartist.data.make import make_task
from lazyartist.data.task import Task
from lazyartist.reporting.row import Row
from lazyartist.strategies import STRATEGIES
from lazyartist.studies.classifiers import STANDARD, Run
from lazyartist.studies.cures.cures import own_cures
from lazyartist.studies.speed.metrics import TIMES_ERM
from lazyartist.training.fit import fit

from . import speed_rows
from .turns import DATASET, SMOKE, rounds


PART, ROUNDS = 8, rounds(3)
FIXED_STAGE = frozenset({"cross_examination", "outlier_balanced"})
NETWORK = "simple_cnn"
BUDGET = replace(STANDARD, batch_size=16) if SMOKE else STANDARD  # of digits, an eighth is 143 images


def test_cost(lazy_results: Path) -> None:
    task = make_task(DATASET)
    few = replace(task, train=task.train.subset(slice(len(task.train) // PART)))
    # the oracle costs what ERM does
    names = {name for name in own_cures() if "unbiased_split" not in STRATEGIES[name].uses}
    rows = [
        *costs(few, names - FIXED_STAGE),
        *(row for row in costs(task, names & FIXED_STAGE | {"erm"}) if row.at["strategy"] != "erm"),
    ]
    speed_rows.put(lazy_results, rows)
    lines = [f"{row.at['strategy']:<28} {row.value:.2f}" for row in sorted(rows, key=lambda row: row.value)]
    print("\n" + "\n".join(lines))


def costs(task: Task, names: Collection[str]) -> list[Row]:
    """Return what each of some strategies costs on a task, beside ERM, which is one of them."""
    seconds: dict[str, list[float]] = {name: [] for name in sorted(names)}
    for i in range(ROUNDS):  # A B … B A: what drifts on the machine hits all alike
        for name in seconds if i % 2 == 0 else reversed(list(seconds)):
            seconds[name].append(fit(STRATEGIES.build(name), task, NETWORK, budget=BUDGET).seconds)
    return [
        speed_rows.row(
            "cost",
            Run(DATASET, NETWORK, name, 0, BUDGET).at(),
            TIMES_ERM,
            statistics.median(a / b for a, b in zip(own, seconds["erm"], strict=True)),
            n=ROUNDS,
            data=task.train.fingerprint,
            uses=STRATEGIES[name].uses,
            seconds=own[0],
        )
        for name, own in seconds.items()
    ]
