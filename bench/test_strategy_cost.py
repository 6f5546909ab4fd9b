"""What each strategy costs beside plain training: all of them in turn, in one run, first stages included.

    pytest bench/test_strategy_cost.py --lazy-results results

An eighth of the images makes every stage an eighth as long, so the ratios are those of the standard budget.
"""

from __future__ import annotations

import statistics

from dataclasses import replace

from lazyartist.data.task import make_task
from lazyartist.strategies import STRATEGIES
from lazyartist.studies.base import STANDARD
from lazyartist.training.fit import fit

from . import speed_rows


PART, ROUNDS = 8, 3


def test_cost(lazy_results):
    task = make_task("mnist")
    few = slice(len(task.train) // PART)
    task = replace(task, train=task.train.subset(few), unbiased=task.unbiased.subset(few))
    names = [name for name in STRATEGIES if name not in ("lazy", "oracle", "grayscale_erm")]
    seconds = {name: [] for name in names}
    for i in range(ROUNDS):  # A B … B A: what drifts on the machine hits all alike
        for name in names if i % 2 == 0 else reversed(names):
            seconds[name].append(fit(STRATEGIES.build(name), task, budget=STANDARD).seconds)
    ratios = {n: statistics.median(a / b for a, b in zip(s, seconds["erm"], strict=True)) for n, s in seconds.items()}
    common = {"study": "cost", "metric": "times_erm", "budget": str(STANDARD), "n": ROUNDS, "task": task.setting}
    speed_rows.put(
        lazy_results,
        [
            speed_rows.row(**common, strategy=name, value=ratio, data=task.train.fingerprint, seconds=seconds[name][0])
            for name, ratio in ratios.items()
        ],
    )
    print("\n" + "\n".join(f"{name:<28} {ratio:.2f}" for name, ratio in sorted(ratios.items(), key=lambda r: r[1])))
