"""The contract of a strategy, as checks that anybody can run on theirs.

In a test file:

    from lazyartist.checks import parametrize_with_checks

    @parametrize_with_checks([MyStrategy()])
    def test_contract(strategy, check):
        check(strategy)

The checks train for seconds, on the 1,797 digits inside scikit-learn.
"""

from __future__ import annotations

import random
import tempfile

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from torch import Tensor, nn

from lazyartist.check_tasks import digits_task, few_digits_task, own_images_task, with_other_names
from lazyartist.contract import assert_configured, parametrized
from lazyartist.data.images import UnsupportedError
from lazyartist.data.task import Task
from lazyartist.inference import logits_of
from lazyartist.networks import build
from lazyartist.probes import accuracy
from lazyartist.strategies.base import Batch, Plan, Strategy
from lazyartist.training.budget import Budget
from lazyartist.training.fit import fit, make_batch, split_for, training_view
from lazyartist.training.store import Store, provenance_of


if TYPE_CHECKING:
    import pytest

NETWORK = "simple_cnn:width=4"
LEARNER = "simple_cnn:width=8"  # where something is to be learnt
SHORT = Budget(epochs=0.25, batch_size=64)
LONGER = Budget(epochs=2, batch_size=32, learning_rate=5e-3)
FEW = Budget(epochs=6, batch_size=16, learning_rate=1e-2)  # on the fifth of the images that two classes have


def check_configuration(strategy: Strategy) -> None:
    """Its knobs are the fields of a frozen dataclass, and all have defaults."""
    assert_configured(type(strategy))


def check_same_seed_same_bits(strategy: Strategy) -> None:
    """Two trainings with the same seed give the same weights, bit for bit."""
    again = _again(strategy).weights
    assert _same(again, _reference(strategy)), f"{strategy}: one seed gave two models; draw from batch.generator alone"


def check_nothing_global_is_touched(strategy: Strategy) -> None:
    """Random states, threads, precision and gradient mode are afterwards what they were."""
    changed = _again(strategy).touched
    assert not changed, f"{strategy} leaves another {', '.join(changed)} behind"


def check_the_data_stay_as_they_are(strategy: Strategy) -> None:
    """The dataset has the same fingerprint before and after."""
    assert not _again(strategy).data_changed, f"{strategy} changed the dataset: it may change copies only"


def check_the_hard_splits_are_out_of_reach(strategy: Strategy) -> None:
    """It trains the same where there are no hard splits."""
    without = _weights(
        fit(strategy, replace(digits_task(), hard={}, test=digits_task().easy), NETWORK, budget=SHORT).model
    )
    assert _same(without, _reference(strategy)), f"{strategy} depends on the hard splits"


def check_it_uses_only_what_it_declared(strategy: Strategy) -> None:
    """Without "bias_labels", other names for the same colours make no difference; what is shown is what was given.

    The network is shown the very images of the batch, unless "recolouring" or "augmentation" is declared; and never
    grey ones. Sampling weights without "resampling" are refused by `fit`.
    """
    if "bias_labels" not in strategy.uses:
        renamed = _weights(fit(strategy, with_other_names(digits_task()), NETWORK, budget=SHORT).model)
        assert _same(renamed, _reference(strategy)), (
            f"{strategy} knows the bias attribute: it must declare 'bias_labels'"
        )
    plan, draw = _ready(strategy)
    network, batch = _fresh(), draw(torch.arange(16))
    shown: list[Tensor] = []
    network.register_forward_pre_hook(lambda _, inputs: shown.append(inputs[0].detach()))
    plan.loss(network, batch)
    seen, given = torch.cat(shown).flatten(1), batch.x.flatten(1)
    if not strategy.uses & {"recolouring", "augmentation"}:
        known = (seen[:, None] == given).all(2).any(1)
        assert known.all(), f"{strategy} changes images: it must declare 'recolouring' or 'augmentation'"
    channels = seen.view(len(seen), 3, -1)
    assert (channels.amax(1) - channels.amin(1)).amax(1).gt(0.05).all(), f"{strategy} turns images grey"


def check_it_beats_chance(strategy: Strategy) -> None:
    """After a few epochs on small digits it is right on the easy split well above chance."""
    task = digits_task()
    fitted = fit(strategy, task, LEARNER, budget=LONGER)
    right = accuracy(fitted.model, task.easy).value
    assert right > 0.2, f"{strategy}: {right:.0%} on the easy split after {fitted.steps} steps; chance is 10 %"


def check_other_numbers_of_classes(strategy: Strategy) -> None:
    """On two classes it learns and answers both; on three, with images that are not square, it trains."""
    task = few_digits_task(2, 14, 14)
    answers = logits_of(_trained(strategy, task, FEW, LEARNER), task.easy).argmax(1)
    right = float((answers == task.easy.labels).double().mean())
    assert len(set(answers.tolist())) == 2, f"{strategy} answers one of two classes only"
    assert right > 0.6, f"{strategy}: {right:.0%} on the easy split of two classes; chance is 50 %"
    task = few_digits_task(3, 28, 20)
    assert logits_of(_trained(strategy, task, SHORT), task.easy).shape == (len(task.easy), 3)


def check_groups_of_any_size(strategy: Strategy) -> None:
    """Two classes with four attribute values, on images that cannot be repainted: it trains, or says what it lacks."""
    task, lacking = own_images_task(), ""
    try:
        model = _trained(strategy, task, SHORT)
    except UnsupportedError as error:
        lacking = str(error)
    if lacking:
        assert "unbiased_split" in strategy.uses, (
            f"{strategy} needs what these images lack: it must declare it ({lacking})"
        )
        return
    assert logits_of(model, task.easy).shape == (len(task.easy), 2)


def check_small_batches(strategy: Strategy) -> None:
    """A batch of one, and one in which classes are missing, have a finite loss and a gradient everywhere."""
    plan, draw = _ready(strategy)
    labels = digits_task().train.labels
    for index in (torch.tensor([0]), torch.arange(2), (labels == labels[0]).nonzero()[:8, 0]):
        network = _fresh()
        loss = plan.loss(network, draw(index))
        assert loss.ndim == 0, f"{strategy} has a loss of shape {tuple(loss.shape)}: expected a scalar"
        assert torch.isfinite(loss), f"{strategy} has a loss of {loss.item()} on a batch of {len(index)}"
        loss.backward()  # type: ignore[no-untyped-call]
        without = [name for name, parameter in network.named_parameters() if parameter.grad is None]
        assert not without, f"{strategy} gives {', '.join(without)} no gradient on a batch of {len(index)}"


def check_it_saves_and_loads(strategy: Strategy) -> None:
    """A network that comes back from the store is the one that was trained."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        first = store.fit(strategy, digits_task(), NETWORK, SHORT, 0)
        again = store.find(provenance_of(strategy, digits_task(), NETWORK, SHORT, 0))
        assert again is not None, f"{strategy}: the trained model was not kept"
        assert _same(_weights(first.model), dict(again.tensors)), f"{strategy}: what is loaded is not what was saved"
    assert _same(_weights(first.model), _reference(strategy)), f"{strategy}: what was trained cannot be loaded again"


CHECKS: tuple[Callable[[Strategy], None], ...] = (
    check_configuration,
    check_same_seed_same_bits,
    check_nothing_global_is_touched,
    check_the_data_stay_as_they_are,
    check_the_hard_splits_are_out_of_reach,
    check_it_uses_only_what_it_declared,
    check_it_beats_chance,
    check_other_numbers_of_classes,
    check_groups_of_any_size,
    check_small_batches,
    check_it_saves_and_loads,
)


def parametrize_with_checks(strategies: Sequence[Strategy]) -> pytest.MarkDecorator:
    """Return a decorator that runs a test `(strategy, check)` for every strategy and every check of the contract.

    Raises:
        ValueError: one of them is not an instance of a Strategy.
    """
    for strategy in strategies:
        if not isinstance(strategy, Strategy):
            raise ValueError(f"{strategy!r}: expected an instance of a Strategy, such as Erm()")
    return parametrized("strategy", [(strategy, check) for strategy in strategies for check in CHECKS])


@lru_cache(maxsize=1)
def _reference(strategy: Strategy) -> dict[str, Tensor]:
    return _weights(fit(strategy, digits_task(), NETWORK, budget=SHORT).model)


@dataclass(frozen=True)
class _Again:
    """What came of the reference's training when it was done again: weights, and what it left changed."""

    weights: dict[str, Tensor]
    touched: list[str]
    data_changed: bool


@lru_cache(maxsize=1)  # several checks look at it
def _again(strategy: Strategy) -> _Again:
    task = digits_task()
    splits = (task.train, task.easy, split_for(strategy, task))
    before = [split.fingerprint for split in splits]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(12345)  # whatever ran before must not matter
        state = _global_state()
        weights = _weights(fit(strategy, task, NETWORK, budget=SHORT).model)
        touched = [name for name, value in _global_state().items() if value != state[name]]
    return _Again(weights, touched, [split.fingerprint for split in splits] != before)


def _trained(strategy: Strategy, task: Task, budget: Budget, network: str = NETWORK) -> nn.Module:
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


def _ready(strategy: Strategy) -> tuple[Plan, Callable[[Tensor], Batch]]:
    """Return a plan, and what makes a batch of the training images at some indices."""
    view, plan = _planned(strategy)
    train = split_for(strategy, digits_task())
    return plan, lambda index: make_batch(strategy, train, index, 0.5, view.generator)


@lru_cache(maxsize=1)
def _planned(strategy: Strategy) -> tuple[Any, Plan]:
    view = training_view(strategy, digits_task(), NETWORK, SHORT, seed=0)
    with torch.random.fork_rng(devices=[]):
        return view, strategy.plan(view)


def _fresh() -> nn.Module:
    return build(NETWORK, digits_task().train.classes, 0).train()


def _weights(model: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def _same(a: dict[str, Tensor], b: dict[str, Tensor]) -> bool:
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
