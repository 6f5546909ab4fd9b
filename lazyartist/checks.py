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
from dataclasses import MISSING, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from torch import Tensor, nn

from lazyartist.data.coloured import ColouredImages
from lazyartist.data.palettes import Palette
from lazyartist.data.task import Task, make_task
from lazyartist.probes import accuracy
from lazyartist.strategies.base import Batch, Plan, Strategy
from lazyartist.training.fit import Budget, build, fit, training_split
from lazyartist.training.store import Store


if TYPE_CHECKING:
    import pytest

MODEL = "simple_cnn:width=8"
SHORT = Budget(epochs=0.25, batch_size=64)
LONGER = Budget(epochs=2, batch_size=32, learning_rate=5e-3)


def check_configuration(strategy: Strategy) -> None:
    """Its knobs are the fields of a frozen dataclass, and all have defaults."""
    without = [knob.name for knob in fields(strategy) if knob.default is MISSING and knob.default_factory is MISSING]
    assert not without, f"{type(strategy).__name__}: the knobs {', '.join(without)} have no default"
    assert "__dataclass_fields__" in vars(type(strategy)), f"{type(strategy).__name__} must be @dataclass(frozen=True)"


def check_same_seed_same_bits(strategy: Strategy) -> None:
    """Two trainings with the same seed give the same weights, bit for bit."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(12345)  # whatever ran before must not matter
        again = _weights(fit(strategy, _task(), MODEL, budget=SHORT).model)
    assert _same(again, _reference(strategy)), f"{strategy}: one seed gave two models; draw from batch.generator alone"


def check_nothing_global_is_touched(strategy: Strategy) -> None:
    """Random states, threads, precision and gradient mode are afterwards what they were."""
    before = _global_state()
    fit(strategy, _task(), MODEL, budget=SHORT)
    changed = [name for name, value in _global_state().items() if value != before[name]]
    assert not changed, f"{strategy} leaves another {', '.join(changed)} behind"


def check_the_data_stay_as_they_are(strategy: Strategy) -> None:
    """The dataset has the same fingerprint before and after."""
    task = make_task("digits", seed=5)
    splits = (task.train, task.easy, task.unbiased)
    before = [data.fingerprint for data in splits]
    fit(strategy, task, MODEL, budget=SHORT)
    assert [data.fingerprint for data in splits] == before, f"{strategy} changed the dataset: it may change copies only"


def check_the_hard_splits_are_out_of_reach(strategy: Strategy) -> None:
    """It trains the same where there are no hard splits."""
    without = _weights(fit(strategy, replace(_task(), hard={}), MODEL, budget=SHORT).model)
    assert _same(without, _reference(strategy)), f"{strategy} depends on the hard splits"


def check_it_uses_only_what_it_declared(strategy: Strategy) -> None:
    """Without "colour_labels", other names for the same colours make no difference; what is shown is what was given.

    The network is shown the very images of the batch, unless "recolouring" or "augmentation" is declared; and never
    grey ones. Sampling weights without "resampling" are refused by `fit`.
    """
    if "colour_labels" not in strategy.uses:
        renamed = _weights(fit(strategy, _renamed(_task()), MODEL, budget=SHORT).model)
        assert _same(renamed, _reference(strategy)), f"{strategy} knows colours: it must declare 'colour_labels'"
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
    """After a few epochs on the digits it is right on the easy split well above chance."""
    fitted = fit(strategy, _task(), MODEL, budget=LONGER)
    right = accuracy(fitted.model, _task().easy).value
    assert right > 0.2, f"{strategy}: {right:.0%} on the easy split after {fitted.steps} steps; chance is 10 %"


def check_small_batches(strategy: Strategy) -> None:
    """A batch of one, and one in which classes are missing, have a finite loss and a gradient everywhere."""
    plan, draw = _ready(strategy)
    labels = _task().train.labels
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
        first = Store(Path(folder)).fit(strategy, _task(), MODEL, SHORT, 0)
        cards = list(Path(folder).glob("*.json"))
        assert len(cards) == 1, f"{strategy}: the trained model was not kept"
        again = Store(Path(folder))._find(first.card, classes=10)
        assert again is not None, f"{strategy}: the trained model cannot be loaded"
        assert _same(_weights(first.model), _weights(again.model)), f"{strategy}: what is loaded is not what was saved"


CHECKS: tuple[Callable[[Strategy], None], ...] = (
    check_configuration,
    check_same_seed_same_bits,
    check_nothing_global_is_touched,
    check_the_data_stay_as_they_are,
    check_the_hard_splits_are_out_of_reach,
    check_it_uses_only_what_it_declared,
    check_it_beats_chance,
    check_small_batches,
    check_it_saves_and_loads,
)


def parametrize_with_checks(strategies: Sequence[Strategy]) -> pytest.MarkDecorator:
    """Return a decorator that runs a test `(strategy, check)` for every strategy and every check of the contract.

    Raises:
        ValueError: one of them is not an instance of a Strategy.
    """
    import pytest

    for strategy in strategies:
        if not isinstance(strategy, Strategy):
            raise ValueError(f"{strategy!r}: expected an instance of a Strategy, such as Erm()")
    cases = [(strategy, check) for strategy in strategies for check in CHECKS]
    names = [f"{strategy!r}-{check.__name__.removeprefix('check_')}" for strategy, check in cases]
    return pytest.mark.parametrize(("strategy", "check"), cases, ids=names)


@lru_cache(maxsize=1)
def _task() -> Task:
    return make_task("digits")


@lru_cache(maxsize=1)
def _reference(strategy: Strategy) -> dict[str, Tensor]:
    return _weights(fit(strategy, _task(), MODEL, budget=SHORT).model)


def _ready(strategy: Strategy) -> tuple[Plan, Callable[[Tensor], Batch]]:
    """Return a plan, and what makes a batch of the training images at some indices."""
    task = _task()
    train = task.unbiased if "unbiased_colours" in strategy.uses else task.train
    split = training_split(strategy, task, MODEL, SHORT, seed=0)
    with torch.random.fork_rng(devices=[]):
        plan = strategy.plan(split)

    def draw(index: Tensor) -> Batch:
        colours = train.colours[index] if "colour_labels" in strategy.uses else None
        return Batch(train.render(index), train.labels[index], colours, index, 0.5, split.generator)

    return plan, draw


def _fresh() -> nn.Module:
    return build(MODEL, _task().train.classes, 0).train()


def _renamed(task: Task) -> Task:
    """Return the same pixels, the colours of which go by other names."""
    classes = task.train.classes
    new = (torch.arange(classes) + 3) % classes  # colour c is called new[c]
    old = new.argsort()
    palette = task.train.palette
    renamed = Palette(
        palette.name, tuple(palette.colours[i] for i in old.tolist()), tuple(palette.words[i] for i in old.tolist())
    )

    def rename(data: ColouredImages) -> ColouredImages:
        return replace(data, colours=new[data.colours], palette=renamed)

    return replace(task, train=rename(task.train), easy=rename(task.easy), unbiased=rename(task.unbiased), hard={})


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
