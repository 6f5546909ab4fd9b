"""The short trainings that the contract of a strategy looks at."""

from __future__ import annotations

import random

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch

from torch import Tensor, nn

from lazyartist.check_tasks import digits_task
from lazyartist.data.images import UnsupportedError
from lazyartist.data.task import Task
from lazyartist.networks import build
from lazyartist.strategies.base import Batch, Plan, Strategy
from lazyartist.training.budget import Budget
from lazyartist.training.fit import fit, make_batch, split_for, training_view


NETWORK = "simple_cnn:width=4"
LEARNER = "simple_cnn:width=8"  # where something is to be learnt
SHORT = Budget(epochs=0.25, batch_size=64)
LONGER = Budget(epochs=2, batch_size=32, learning_rate=5e-3)
FEW = Budget(epochs=6, batch_size=16, learning_rate=1e-2)  # on the fifth of the images that two classes have


@lru_cache(maxsize=1)
def reference(strategy: Strategy) -> dict[str, Tensor]:
    """Return the weights of a short training, which others are compared with."""
    return weights_of(fit(strategy, digits_task(), NETWORK, budget=SHORT).model)


@dataclass(frozen=True)
class Repeated:
    """What came of the reference's training when it was done again: weights, and what it left changed."""

    weights: dict[str, Tensor]
    touched: list[str]
    data_changed: bool


@lru_cache(maxsize=1)  # several checks look at it
def repeated(strategy: Strategy) -> Repeated:
    """Do the reference's training again."""
    task = digits_task()
    splits = (task.train, task.easy, split_for(strategy, task))
    before = [split.fingerprint for split in splits]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(12345)  # whatever ran before must not matter
        state = _global_state()
        weights = weights_of(fit(strategy, task, NETWORK, budget=SHORT).model)
        touched = [name for name, value in _global_state().items() if value != state[name]]
    return Repeated(weights, touched, [split.fingerprint for split in splits] != before)


def trained(strategy: Strategy, task: Task, budget: Budget, network: str = NETWORK) -> nn.Module:
    """Return a model trained on another task than usual; what goes wrong is put down to the task's sizes."""
    try:
        return fit(strategy, task, network, budget=budget).model
    except UnsupportedError:
        raise
    except (RuntimeError, ValueError, TypeError, LookupError, ArithmeticError) as error:
        size = "×".join(map(str, task.train[0][0].shape[1:]))
        numbers = f"{task.train.classes} classes with {task.train.attributes} attribute values"
        words = f"{strategy} fails on {numbers}, images of {size}: {type(error).__name__}: {error}"
        raise AssertionError(words) from error


def ready(strategy: Strategy) -> tuple[Plan, Callable[[Tensor], Batch]]:
    """Return a plan, and what makes a batch of the training images at some indices."""
    view, plan = _planned(strategy)
    train = split_for(strategy, digits_task())
    return plan, lambda index: make_batch(strategy, train, index, 0.5, view.generator)


@lru_cache(maxsize=1)
def _planned(strategy: Strategy) -> tuple[Any, Plan]:
    view = training_view(strategy, digits_task(), NETWORK, SHORT, seed=0)
    with torch.random.fork_rng(devices=[]):
        return view, strategy.plan(view)


def fresh() -> nn.Module:
    """Return the network that checks train, in training mode, as it is before the first step."""
    return build(NETWORK, digits_task().train.classes, 0).train()


def weights_of(model: nn.Module) -> dict[str, Tensor]:
    """Return a copy of a network's weights and statistics."""
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def same(a: dict[str, Tensor], b: dict[str, Tensor]) -> bool:
    """Say whether two networks have the same weights, bit for bit."""
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def _global_state() -> dict[str, Any]:
    return {
        "state of torch's random generator": torch.get_rng_state().numpy().tobytes(),
        "state of NumPy's random generator": repr(np.random.get_state()),
        "state of Python's random generator": random.getstate(),
        "number of threads": torch.get_num_threads(),
        "default precision": torch.get_default_dtype(),
        "gradient mode": torch.is_grad_enabled(),
        "determinism setting": torch.are_deterministic_algorithms_enabled(),
    }
