"""Side by side with SpuCo: the same images, network, first weights, learning rate and steps; rows of "peers".

    pip install -e ".[test,peers]" && pytest bench/test_spuco.py --lazy-results=results

Our side has one thread. SpuCo's trainers and evaluator start four worker processes whatever one asks for, and get one
thread or two beside them, whichever is faster on this machine. Asserts nothing about speed.
"""

from __future__ import annotations

import importlib.metadata
import time

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
import torch

from torch import nn

from lazyartist.data.make import make_task
from lazyartist.data.task import Task
from lazyartist.probes import accuracy, group_accuracy
from lazyartist.reporting.row import Row
from lazyartist.strategies.erm import Erm
from lazyartist.strategies.group_dro import GroupDro
from lazyartist.strategies.jtt import Jtt
from lazyartist.studies.speed.metrics import EPOCH, EVALUATION, HARD, OURS, SPUCO
from lazyartist.training.budget import Budget
from lazyartist.training.fit import fit

from . import speed_rows
from .spuco_peer import PaintedImages, Peer, load_spuco
from .turns import DATASET, SMOKE, rounds


SEEDS = range(rounds(3))
NETWORK = "simple_cnn"
# SpuCo's GroupDRO wants a batch >= its 100 groups
BUDGET = Budget(epochs=1 if SMOKE else 4, batch_size=128, schedule="constant")
# some 12,000, and no incomplete batch, which we leave out and SpuCo does not
IMAGES = (8 if SMOKE else 94) * BUDGET.batch_size
# SpuCo's first stage is an epoch at least: here 94 steps, where ours on the whole of MNIST makes 75
METHODS = {"erm": Erm(), "group_dro": GroupDro(), "jtt": Jtt(first_epochs=1)}
# what torch says of SpuCo's four workers and of its pinned memory
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:torch.utils.data")

Result = TypeVar("Result")


@pytest.fixture(scope="module")
def threads() -> int:
    """The number of threads with which SpuCo trains faster; finding it warms both sides up."""
    pytest.importorskip("spuco", reason='SpuCo is not installed: pip install -e ".[peers]"')
    budget, task = replace(BUDGET, epochs=1), small_task(0, images=(2 if SMOKE else 20) * BUDGET.batch_size)
    fit(Erm(), task, budget=budget)
    images = PaintedImages(task.train)
    tried = [(train_theirs("erm", images, 0, threads, budget)[1], threads) for _ in SEEDS[:2] for threads in (1, 2)]
    print(f"\nSpuCo, seconds and threads: {tried}")
    return min(tried)[1]


def small_task(seed: int, images: int = IMAGES) -> Task:
    task = make_task(DATASET, seed=seed)
    return replace(task, train=task.train.subset(slice(images)))


def train_ours(name: str, task: Task) -> tuple[nn.Module, float]:
    """Return the network and the seconds of its training."""
    fitted = fit(METHODS[name], task, NETWORK, budget=BUDGET, seed=task.seed)
    return fitted.model, fitted.seconds


def train_theirs(
    name: str, images: PaintedImages, seed: int, threads: int, budget: Budget = BUDGET
) -> tuple[nn.Module, float]:
    """Return the network and the seconds of its training; the images are painted before the clock starts."""
    return timed(getattr(Peer(budget, seed), name), METHODS[name], images, threads=threads)


def timed(function: Callable[..., Any], *arguments: Any, threads: int = 1) -> tuple[Any, float]:
    """Return what a function returns, and its seconds."""
    torch.set_num_threads(threads)
    start = time.perf_counter()
    result = function(*arguments)
    seconds = time.perf_counter() - start
    torch.set_num_threads(1)
    return result, seconds


def in_turn(seed: int, ours: Callable[[], Result], theirs: Callable[[], Result]) -> dict[str, Result]:
    """Return what both return, by library; A B, then B A at the next seed: what drifts hits both alike."""
    order = {OURS: ours, SPUCO: theirs} if seed % 2 == 0 else {SPUCO: theirs, OURS: ours}
    return {library: call() for library, call in order.items()}


def row(
    task: Task, name: str, library: str, what: str, metric: str, value: float, *, n: int, threads: int, seconds: float
) -> Row:
    """Return a row; `what` was done, training or evaluation: a new one replaces all older rows of the same."""
    at = {"dataset": task.name, **task.keys, "network": NETWORK, "strategy": name, **asdict(BUDGET)}
    theirs = library == SPUCO
    return speed_rows.row(
        "peers",
        {**at, "library": library, "what": what},
        metric,
        value,
        n=n,
        data=task.train.fingerprint,
        seed=task.seed,
        uses=METHODS[name].uses,
        threads=threads if theirs else 1,
        seconds=seconds,
        more_versions={SPUCO: importlib.metadata.version("spuco")} if theirs else {},
    )


def keep(results: Path, rows: Sequence[Row]) -> None:
    speed_rows.put(results, rows)
    for each in rows:
        names = (each.at["library"], each.at["strategy"], each.seed, each.metric, each.value)
        print("\n{:<10} {:<10} seed {} {:<20} {:>9.4f}".format(*names), end="")


@pytest.mark.parametrize("name", METHODS)
def test_training(name: str, threads: int, lazy_results: Path) -> None:
    """Hard accuracy, and seconds per epoch; JTT's first stage is an epoch more, and asking its network is included."""
    strategy = METHODS[name]
    epochs = BUDGET.epochs + (strategy.first_epochs if isinstance(strategy, Jtt) else 0)

    def both(seed: int) -> Iterator[Row]:
        task = small_task(seed)
        images, hard = PaintedImages(task.train), task.hard["other"].subset(slice(5_000))
        trained = in_turn(seed, lambda: train_ours(name, task), lambda: train_theirs(name, images, seed, threads))
        for library, (network, seconds) in trained.items():
            about: Any = {"threads": threads, "seconds": seconds}
            right = accuracy(network, hard).value
            yield row(task, name, library, "training", HARD, right, n=len(hard), **about)
            yield row(task, name, library, "training", EPOCH, seconds / epochs, n=IMAGES, **about)

    keep(lazy_results, [fact for seed in SEEDS for fact in both(seed)])


def test_evaluation(threads: int, lazy_results: Path) -> None:
    """Seconds for the accuracy in each of 100 groups (class, colour), 10,000 images; any network will do."""

    def both(seed: int) -> Iterator[Row]:
        task = small_task(seed)
        fitted = fit(METHODS["erm"], task, NETWORK, budget=replace(BUDGET, epochs=1), seed=seed)
        split = task.test  # the only test images that have all the groups
        images = PaintedImages(split)
        evaluator = load_spuco().Evaluator(
            images, images.group_partition, images.group_weights, BUDGET.batch_size, fitted.model
        )
        seconds = in_turn(
            seed,
            lambda: timed(group_accuracy, fitted.model, split)[1],
            lambda: timed(evaluator.evaluate, threads=threads)[1],
        )
        # both counted the same; an answer in the balance may fall either way
        assert evaluator.average_accuracy / 100 == pytest.approx(accuracy(fitted.model, split).value, abs=1e-3)
        for library, value in seconds.items():
            about: Any = {"n": len(split), "threads": threads, "seconds": fitted.seconds}
            yield row(task, "erm", library, "evaluation", EVALUATION, value, **about)

    keep(lazy_results, [fact for seed in SEEDS for fact in both(seed)])
