"""Side by side with SpuCo: the same images, network, first weights, learning rate and steps; rows of "peers".

    pip install -e ".[test,peers]" && pytest -m perf bench/test_spuco.py

Our side has one thread. SpuCo's trainers and evaluator start four worker processes whatever one asks for, and get one
thread or two beside them, whichever is faster on this machine. Asserts nothing about speed.
"""

from __future__ import annotations

import importlib.metadata
import time

from dataclasses import replace

import pytest
import torch

from lazyartist.data.task import make_task
from lazyartist.probes import accuracy, group_accuracy
from lazyartist.strategies.erm import Erm
from lazyartist.strategies.group_dro import GroupDro
from lazyartist.strategies.jtt import Jtt
from lazyartist.training.fit import Budget, fit
from lazyartist.training.store import versions

from . import speed_rows
from .spuco_peer import PaintedImages, Peer, load_spuco


SEEDS = range(3)
BUDGET = Budget(epochs=4, batch_size=128, schedule="constant")  # SpuCo's GroupDRO wants a batch >= its 100 groups
IMAGES = 94 * BUDGET.batch_size  # some 12,000, and no incomplete batch, which we leave out and SpuCo does not
# SpuCo's first stage is an epoch at least: here 94 steps, where ours on the whole of MNIST makes 75
METHODS = {"erm": Erm(), "group_dro": GroupDro(), "jtt": Jtt(first_epochs=1)}
# what torch says of SpuCo's four workers and of its pinned memory
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:torch.utils.data")


@pytest.fixture(scope="module")
def threads():
    """The number of threads with which SpuCo trains faster; finding it warms both sides up."""
    pytest.importorskip("spuco", reason='SpuCo is not installed: pip install -e ".[peers]"')
    budget, task = replace(BUDGET, epochs=1), small_task(0, images=20 * BUDGET.batch_size)
    fit(Erm(), task, budget=budget)
    images = PaintedImages(task.train)
    tried = [(train_theirs("erm", images, 0, threads, budget)[1], threads) for _ in range(2) for threads in (1, 2)]
    print(f"\nSpuCo, seconds and threads: {tried}")
    return min(tried)[1]


def small_task(seed, images=IMAGES):
    task = make_task("mnist", seed=seed)
    return replace(task, train=task.train.subset(slice(images)))


def train_ours(name, task):
    """Return the network and the seconds of its training."""
    fitted = fit(METHODS[name], task, budget=BUDGET, seed=task.seed)
    return fitted.model, fitted.seconds


def train_theirs(name, images, seed, threads, budget=BUDGET):
    """Return the network and the seconds of its training; the images are painted before the clock starts."""
    return timed(getattr(Peer(budget, seed), name), METHODS[name], images, threads=threads)


def timed(function, *arguments, threads=1):
    """Return what a function returns, and its seconds."""
    torch.set_num_threads(threads)
    start = time.perf_counter()
    result = function(*arguments)
    seconds = time.perf_counter() - start
    torch.set_num_threads(1)
    return result, seconds


def in_turn(seed, ours, theirs):
    """Return what both return, by side; A B, then B A at the next seed: what drifts on the machine hits both alike."""
    order = {"ours": ours, "spuco": theirs} if seed % 2 == 0 else {"spuco": theirs, "ours": ours}
    return {side: call() for side, call in order.items()}


def row(task, name, side, metric, value, *, n, threads, seconds):
    spuco = side == "spuco"
    return speed_rows.row(
        study="peers",
        task=task.setting,
        strategy=f"spuco {name}" if spuco else name,
        uses=", ".join(sorted(METHODS[name].uses)).replace("_", " "),
        seed=task.seed,
        budget=str(BUDGET),
        metric=metric,
        value=value,
        n=n,
        data=task.train.fingerprint,
        versions={**versions(), "spuco": importlib.metadata.version("spuco")} if spuco else versions(),
        threads=threads if spuco else 1,
        seconds=seconds,
    )


def keep(results, rows):
    speed_rows.put(results, rows)
    print("\n" + "\n".join(f"{row.strategy:<16} seed {row.seed} {row.metric:<20} {row.value:>9.4f}" for row in rows))


@pytest.mark.parametrize("name", METHODS)
def test_training(name, threads, lazy_results):
    """Hard accuracy, and seconds per epoch; JTT's first stage is an epoch more, and asking its network is included."""
    epochs = BUDGET.epochs + (METHODS[name].first if name == "jtt" else 0)

    def both(seed):
        task = small_task(seed)
        images, hard = PaintedImages(task.train), task.hard["other"].subset(slice(5_000))
        found = in_turn(seed, lambda: train_ours(name, task), lambda: train_theirs(name, images, seed, threads))
        for side, (network, seconds) in found.items():
            common = {"threads": threads, "seconds": seconds}
            right = accuracy(network, hard).value
            yield row(task, name, side, "hard_other_accuracy", right, n=len(hard), **common)
            yield row(task, name, side, "seconds_per_epoch", seconds / epochs, n=IMAGES, **common)

    keep(lazy_results, [fact for seed in SEEDS for fact in both(seed)])


def test_evaluation(threads, lazy_results):
    """Seconds for the accuracy in each of 100 groups (class, colour), 10,000 images; any network will do."""

    def both(seed):
        task = small_task(seed)
        fitted = fit(METHODS["erm"], task, budget=replace(BUDGET, epochs=1), seed=seed)
        data = task.hard["uniform"]  # the only hard split that has all the groups
        images = PaintedImages(data)
        evaluator = load_spuco().Evaluator(
            images, images.group_partition, images.group_weights, BUDGET.batch_size, fitted.model
        )
        found = in_turn(
            seed, lambda: timed(group_accuracy, fitted.model, data), lambda: timed(evaluator.evaluate, threads=threads)
        )
        # both counted the same; an answer in the balance may fall either way
        assert evaluator.average_accuracy / 100 == pytest.approx(accuracy(fitted.model, data).value, abs=1e-3)
        for side, (_, seconds) in found.items():
            common = {"threads": threads, "seconds": fitted.seconds}
            yield row(task, "erm", side, "evaluation_seconds", seconds, n=len(data), **common)

    keep(lazy_results, [fact for seed in SEEDS for fact in both(seed)])
