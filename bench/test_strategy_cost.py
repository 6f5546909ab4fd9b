"""What each strategy costs beside plain training: all of them in turn, in one run, first stages included.

    pytest bench/test_strategy_cost.py --lazy-results=results

An eighth of the images makes every stage an eighth as long, so the ratios are those of the standard budget.
"""

from __future__ import annotations

import statistics

from dataclasses import replace
from pathlib import Path

from lazyartist.data.make import make_task
from lazyartist.strategies import STRATEGIES
from lazyartist.studies.classifiers import STANDARD, Run
from lazyartist.studies.cures.cures import own_cures
from lazyartist.studies.speed.metrics import TIMES_ERM
from lazyartist.training.fit import fit

from . import speed_rows
from .turns import DATASET, SMOKE, rounds


PART, ROUNDS = 8, rounds(3)
NETWORK = "simple_cnn"
BUDGET = replace(STANDARD, batch_size=16) if SMOKE else STANDARD  # of digits, an eighth is 143 images


def test_cost(lazy_results: Path) -> None:
    task = make_task(DATASET)
    few = slice(len(task.train) // PART)
    task = replace(task, train=task.train.subset(few))
    # the oracle costs what ERM does
    names = [name for name in own_cures() if "unbiased_split" not in STRATEGIES[name].uses]
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for i in range(ROUNDS):  # A B … B A: what drifts on the machine hits all alike
        for name in names if i % 2 == 0 else reversed(names):
            seconds[name].append(fit(STRATEGIES.build(name), task, NETWORK, budget=BUDGET).seconds)
    ratios = {n: statistics.median(a / b for a, b in zip(s, seconds["erm"], strict=True)) for n, s in seconds.items()}
    speed_rows.put(
        lazy_results,
        [
            speed_rows.row(
                "cost",
                Run(DATASET, NETWORK, name, 0, BUDGET).at(),
                TIMES_ERM,
                ratio,
                n=ROUNDS,
                data=task.train.fingerprint,
                uses=STRATEGIES[name].uses,
                seconds=seconds[name][0],
            )
            for name, ratio in ratios.items()
        ],
    )
    print("\n" + "\n".join(f"{name:<28} {ratio:.2f}" for name, ratio in sorted(ratios.items(), key=lambda r: r[1])))
