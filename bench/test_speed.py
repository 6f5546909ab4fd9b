"""How fast: rendering and a training step (pytest-benchmark), and one side-by-side run whose rows go to `results/`.

    pytest -m perf bench --benchmark-enable

Asserts nothing: speed is measured, not judged.
"""

from __future__ import annotations

import statistics
import time

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
import torch

from lazyartist.data.task import make_task
from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Batch
from lazyartist.studies.base import LAZY
from lazyartist.training.fit import Budget, build, fit

from . import speed_rows, usual
from .turns import in_turn


BATCH, STEPS, ROUNDS = 64, 150, 4


@pytest.fixture(scope="module")
def data():
    return make_task("mnist").train


def stepper(model, data, strategy="erm"):
    """Return a function that makes one training step of our loop."""
    optimizer = torch.optim.Adam(model.parameters(), 2e-3, fused=True)
    loss, generator = STRATEGIES[strategy]().loss, torch.Generator()

    def step(index):
        optimizer.zero_grad()
        loss(model, Batch(data.render(index), data.labels[index], None, generator)).backward()
        optimizer.step()

    return step


def test_render(benchmark, data):
    index = torch.randperm(len(data), generator=torch.Generator())[:BATCH]
    benchmark(data.render, index)


@pytest.mark.parametrize("strategy", ["erm", "focal", "colour_consistency"])
def test_training_step(benchmark, data, strategy):
    step = stepper(build("simple_cnn", 10, seed=0).train(), data, strategy)
    benchmark.pedantic(step, (torch.arange(BATCH),), rounds=20, warmup_rounds=3)


def seconds(function, *arguments):
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start


def flops_of_a_step(model, size):
    """Multiply-adds × 2 of the convolutions: forward, weight gradient, and input gradient except for the first."""
    total = 0
    for side, block in ((28, model.conv1), (14, model.conv2), (7, model.conv3)):
        passes = 2 if block is model.conv1 else 3
        total += 2 * size * side**2 * block[0].weight.numel() * passes
    return total


def one_run(_):
    """One of two runs side by side: a fresh process with one thread, warm, then timed."""
    torch.set_num_threads(1)
    task = make_task("mnist")
    budget = Budget(epochs=0.02, batch_size=BATCH)
    fit(STRATEGIES["erm"](), task, budget=budget)
    start = time.perf_counter()
    fitted = fit(STRATEGIES["erm"](), task, budget=Budget(epochs=2 * STEPS * BATCH / len(task.train), batch_size=BATCH))
    return fitted.steps * BATCH / (time.perf_counter() - start)


def usual_rate(data, workers, threads):
    """Images per second of the usual pipeline with so many worker processes, after a warm-up."""
    torch.set_num_threads(threads)
    with torch.random.fork_rng(devices=[]):
        model = build("simple_cnn", 10, seed=0).to(memory_format=torch.contiguous_format)
    batches = iter(usual.loader(data, BATCH, workers))
    usual.train(model, batches, 20)
    rate = STEPS * BATCH / seconds(usual.train, model, batches, STEPS)
    torch.set_num_threads(1)
    return rate


def test_side_by_side(data, lazy_results: Path):
    rows = {}

    # rendering against colouring one by one
    index = torch.randperm(len(data), generator=torch.Generator())[: 100 * BATCH].view(-1, BATCH)
    theirs = usual.UsualColoured(data)

    def render():  # a batch is used and forgotten, as in training
        for _ in range(20):
            for i in index:
                data.render(i)

    def colour_one_by_one():
        for i in index:
            torch.stack([theirs[j][0] for j in i.tolist()])

    ours_s, theirs_s = in_turn({"ours": render, "theirs": colour_one_by_one}, ROUNDS).values()
    ours, per_sample = 20 * index.numel() / ours_s, index.numel() / theirs_s
    rows["rendering, images/s"] = ours
    rows["usual colouring, images/s"] = per_sample
    rows["rendering / usual colouring"] = ours / per_sample

    # the arithmetic of a training step against a matrix product
    model = build("simple_cnn", 10, seed=0).train()
    step = stepper(model, data)
    a, b = torch.rand(2, 1024, 1024, generator=torch.Generator())
    for i in index[:5]:
        step(i)
    step_s, product_s = in_turn(
        {"step": lambda: [step(i) for i in index[:40]], "product": lambda: [a @ b for _ in range(20)]}, rounds=8
    ).values()
    rate, product = 40 * flops_of_a_step(model, BATCH) / step_s, 20 * 2 * 1024**3 / product_s
    rows["training step, GFLOP/s"] = rate / 1e9
    rows["matrix product, GFLOP/s"] = product / 1e9
    rows["training step / matrix product"] = rate / product

    # a lazy model, from first weights to the look that clears, with all its looks
    tasks = [make_task("mnist", seed=seed) for seed in range(ROUNDS)]
    lazy = [fit(STRATEGIES["lazy"](), task, budget=LAZY, seed=task.seed).seconds for task in tasks]
    rows["training a lazy model on MNIST, s"] = statistics.median(lazy)

    # end to end on two cores: two runs side by side against one run with the loader's best settings
    settings = [(workers, threads) for workers in (0, 1, 2, 3) for threads in (1, 2)]
    best = max(settings, key=lambda s: usual_rate(data, *s))
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
