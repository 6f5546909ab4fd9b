"""How fast: rendering and a training step (pytest-benchmark), and one side-by-side run whose rows go to `results/`.

    pytest bench/test_speed.py --benchmark-enable --lazy-results=results

Asserts nothing: speed is measured, not judged.
"""

from __future__ import annotations

import statistics
import time

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from itertools import chain, repeat
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
import torch

from torch import Tensor, nn

from lazyartist.data.images import Split
from lazyartist.data.make import make_task
from lazyartist.networks import build
from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.erm import Erm
from lazyartist.strategies.lazy import Lazy
from lazyartist.training.budget import Budget
from lazyartist.training.fit import fit, make_batch

from . import speed_rows, usual
from .turns import DATASET, SMOKE, in_turn, rounds


BATCH, STEPS, ROUNDS = 64, 10 if SMOKE else 150, rounds(4)
TIMES = 1 if SMOKE else 20  # how often what takes milliseconds is done between two looks at the clock
# (workers, threads) of the usual pipeline, of which the fastest is compared with
SETTINGS = [(0, 1), (1, 1)] if SMOKE else [(workers, threads) for workers in (0, 1, 2, 3) for threads in (1, 2)]


@pytest.fixture(scope="module")
def data() -> Split:
    return make_task(DATASET).train


def stepper(model: nn.Module, data: Split, name: str = "erm") -> Callable[[Tensor], None]:
    """Return a function that makes one training step of our loop."""
    optimizer = torch.optim.Adam(model.parameters(), 2e-3, fused=True)
    strategy, generator = STRATEGIES.build(name), torch.Generator()

    def step(index: Tensor) -> None:
        optimizer.zero_grad()
        strategy.loss(model, make_batch(strategy, data, index, 0.0, generator)).backward()
        optimizer.step()

    return step


def test_render(benchmark: Any, data: Split) -> None:
    index = torch.randperm(len(data), generator=torch.Generator())[:BATCH]
    benchmark(data.render, index)


@pytest.mark.parametrize("strategy", ["erm", "focal", "colour_consistency"])
def test_training_step(benchmark: Any, data: Split, strategy: str) -> None:
    step = stepper(build("simple_cnn", 10, seed=0).train(), data, strategy)
    benchmark.pedantic(step, (torch.arange(BATCH),), rounds=rounds(20), warmup_rounds=3)


def seconds(function: Callable[..., Any], *arguments: Any) -> float:
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start


def flops_of_a_step(model: Any, size: int) -> int:
    """Multiply-adds × 2 of the convolutions: forward, weight gradient, and input gradient except for the first."""
    total = 0
    for side, block in ((28, model.conv1), (14, model.conv2), (7, model.conv3)):
        passes = 2 if block is model.conv1 else 3
        total += 2 * size * side**2 * block[0].weight.numel() * passes
    return total


def one_run(_: int) -> float:
    """One of two runs side by side: a fresh process with one thread, warm, then timed. Return images per second."""
    torch.set_num_threads(1)
    task = make_task(DATASET)
    fit(Erm(), task, budget=Budget(epochs=0.02, batch_size=BATCH))
    budget = Budget(epochs=2 * STEPS * BATCH / len(task.train), batch_size=BATCH)
    start = time.perf_counter()
    fitted = fit(Erm(), task, budget=budget)
    return fitted.steps * BATCH / (time.perf_counter() - start)


def usual_rate(data: Split, workers: int, threads: int) -> float:
    """Images per second of the usual pipeline with so many worker processes, after a warm-up."""
    torch.set_num_threads(threads)
    with torch.random.fork_rng(devices=[]):
        model = build("simple_cnn", 10, seed=0).to(memory_format=torch.contiguous_format)
    batches = chain.from_iterable(repeat(usual.loader(data, BATCH, workers)))  # epoch after epoch
    usual.train(model, batches, min(20, STEPS))
    rate = STEPS * BATCH / seconds(usual.train, model, batches, STEPS)
    torch.set_num_threads(1)
    return rate


def test_side_by_side(data: Split, lazy_results: Path) -> None:
    rows: dict[str, float] = {}

    # rendering against colouring one by one
    order = torch.randperm(len(data), generator=torch.Generator())[: 100 * BATCH]
    index = order[: len(order) // BATCH * BATCH].view(-1, BATCH)
    one_by_one = usual.UsualColoured(data)

    def render() -> None:  # a batch is used and forgotten, as in training
        for _ in range(TIMES):
            for i in index:
                data.render(i)

    def colour_one_by_one() -> None:
        for i in index:
            torch.stack([one_by_one[j][0] for j in i.tolist()])

    ours_s, theirs_s = in_turn({"ours": render, "theirs": colour_one_by_one}, ROUNDS).values()
    ours, per_sample = TIMES * index.numel() / ours_s, index.numel() / theirs_s
    rows["rendering, images/s"] = ours
    rows["usual colouring, images/s"] = per_sample
    rows["rendering / usual colouring"] = ours / per_sample

    # the arithmetic of a training step against a matrix product
    model = build("simple_cnn", 10, seed=0).train()
    step = stepper(model, data)
    a, b = torch.rand(2, 1024, 1024, generator=torch.Generator())
    batches = index[: 2 * TIMES]
    for i in index[:5]:
        step(i)
    step_s, product_s = in_turn(
        {"step": lambda: [step(i) for i in batches], "product": lambda: [a @ b for _ in range(TIMES)]},
        rounds=rounds(8),
    ).values()
    rate = len(batches) * flops_of_a_step(model, BATCH) / step_s
    product = TIMES * 2 * 1024**3 / product_s
    rows["training step, GFLOP/s"] = rate / 1e9
    rows["matrix product, GFLOP/s"] = product / 1e9
    rows["training step / matrix product"] = rate / product

    # a lazy model, from first weights to the check that clears, with all its checks
    assert Lazy.budget is not None
    tasks = [make_task(DATASET, seed=seed) for seed in range(ROUNDS)]
    lazy = [fit(Lazy(), task, budget=Lazy.budget, seed=task.seed).seconds for task in tasks]
    rows["training a lazy model on MNIST, s"] = statistics.median(lazy)

    # end to end on two cores: two runs side by side against one run with the loader's best settings
    best = max(SETTINGS, key=lambda setting: usual_rate(data, *setting))
    ours_rates, usual_rates = [], []
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for _ in range(ROUNDS):
            ours_rates.append(sum(pool.map(one_run, range(2))))
            usual_rates.append(usual_rate(data, *best))
    two, one = statistics.median(ours_rates), statistics.median(usual_rates)
    rows["two runs side by side, images/s"] = two
    print(f"\nthe usual pipeline is best with {best[0]} workers and {best[1]} threads")
    rows["usual pipeline with its best number of workers and threads, images/s"] = one
    rows["end to end: two runs / usual pipeline"] = two / one

    speed_rows.keep(lazy_results, rows, n=ROUNDS, data=data.fingerprint)
