"""The contract of a strategy, as checks that anybody can run on theirs.

In a test file:

    from lazyartist.checks import parametrize_with_checks

    @parametrize_with_checks([MyStrategy()])
    def test_contract(strategy, check):
        check(strategy)

The checks train for seconds, on the 1,797 digits inside scikit-learn.
"""

from __future__ import annotations

import tempfile

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from torch import Tensor

from lazyartist.check_runs import (
    FEW,
    LEARNER,
    LONGER,
    NETWORK,
    SHORT,
    fresh,
    ready,
    reference,
    repeated,
    same,
    trained,
    weights_of,
)
from lazyartist.check_tasks import digits_task, few_digits_task, own_images_task, with_wrong_attributes
from lazyartist.contract import assert_configured, parametrized
from lazyartist.data.images import UnsupportedError
from lazyartist.inference import logits_of
from lazyartist.probes import accuracy
from lazyartist.strategies.base import Strategy
from lazyartist.training.fit import fit
from lazyartist.training.store import Store, provenance_of


if TYPE_CHECKING:
    import pytest


def check_configuration(strategy: Strategy) -> None:
    """Its knobs are the fields of a frozen dataclass, and all have defaults."""
    assert_configured(type(strategy))


def check_same_seed_same_bits(strategy: Strategy) -> None:
    """Two trainings with the same seed give the same weights, bit for bit."""
    again = repeated(strategy).weights
    assert same(again, reference(strategy)), f"{strategy}: one seed gave two models; draw from batch.generator alone"


def check_nothing_global_is_touched(strategy: Strategy) -> None:
    """Random states, threads, precision and gradient mode are afterwards what they were."""
    changed = repeated(strategy).touched
    assert not changed, f"{strategy} leaves another {', '.join(changed)} behind"


def check_the_data_stay_as_they_are(strategy: Strategy) -> None:
    """The dataset has the same fingerprint before and after."""
    assert not repeated(strategy).data_changed, f"{strategy} changed the dataset: it may change copies only"


def check_the_hard_splits_are_out_of_reach(strategy: Strategy) -> None:
    """It trains the same where there are no hard splits."""
    without = weights_of(
        fit(strategy, replace(digits_task(), hard={}, test=digits_task().easy), NETWORK, budget=SHORT).model
    )
    assert same(without, reference(strategy)), f"{strategy} depends on the hard splits"


def check_it_uses_only_what_it_declared(strategy: Strategy) -> None:
    """Without "bias_labels", wrong attributes make no difference; what is shown is what was given.

    The network is shown the very images of the batch, unless "recolouring" or "augmentation" is declared; and never
    grey ones. Sampling weights without "resampling" are refused by `fit`.
    """
    if "bias_labels" not in strategy.uses:
        try:
            misled = weights_of(fit(strategy, with_wrong_attributes(digits_task()), NETWORK, budget=SHORT).model)
        except (UnsupportedError, AttributeError, LookupError) as error:
            words = f"{strategy} reaches for more of the training split than it declared"
            raise AssertionError(f"{words}: {type(error).__name__}: {error}") from error
        assert same(misled, reference(strategy)), f"{strategy} knows the bias attribute: it must declare 'bias_labels'"
    plan, draw = ready(strategy)
    network, batch = fresh(), draw(torch.arange(16))
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
    answers = logits_of(trained(strategy, task, FEW, LEARNER), task.easy).argmax(1)
    right = float((answers == task.easy.labels).double().mean())
    assert len(set(answers.tolist())) == 2, f"{strategy} answers one of two classes only"
    assert right > 0.6, f"{strategy}: {right:.0%} on the easy split of two classes; chance is 50 %"
    task = few_digits_task(3, 28, 20)
    assert logits_of(trained(strategy, task, SHORT), task.easy).shape == (len(task.easy), 3)


def check_groups_of_any_size(strategy: Strategy) -> None:
    """Two classes with four attribute values, on images that cannot be repainted: it trains, or says what it lacks."""
    task, lacking = own_images_task(), ""
    try:
        model = trained(strategy, task, SHORT)
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
    plan, draw = ready(strategy)
    labels = digits_task().train.labels
    for index in (torch.tensor([0]), torch.arange(2), (labels == labels[0]).nonzero()[:8, 0]):
        network = fresh()
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
        assert same(weights_of(first.model), dict(again.tensors)), f"{strategy}: what is loaded is not what was saved"
    assert same(weights_of(first.model), reference(strategy)), f"{strategy}: what was trained cannot be loaded again"


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
