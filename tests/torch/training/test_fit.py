"""Training a network by a strategy."""

import random

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
import torch

from lazyartist.data.images import UnsupportedError
from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Plan, Strategy
from lazyartist.strategies.erm import Erm
from lazyartist.training.fit import _batches, fit, make_batch, split_for, training_view


def same(a, b):
    a, b = a.state_dict(), b.state_dict()
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def test_every_epoch_shows_every_image_once():
    steps = list(_batches(10, 5, 4, seed=0))
    assert sorted(torch.cat(steps[:2]).tolist()) == sorted(torch.cat(steps[2:]).tolist()) == list(range(10))
    assert steps[0].tolist() != steps[2].tolist()
    assert [s.tolist() for s in _batches(10, 5, 4, seed=0)] == [s.tolist() for s in steps]
    assert [len(s) for s in _batches(11, 5, 5, seed=0)] == [5] * 5  # the rest of an epoch is left out


def test_what_has_no_weight_is_never_drawn():
    weights = torch.tensor([0.0, 1.0, 3.0, 0.0])
    drawn = torch.cat(list(_batches(4, 2, 500, seed=0, weights=weights)))
    assert sorted(set(drawn.tolist())) == [1, 2]
    assert 0.7 < float((drawn == 2).float().mean()) < 0.8


def test_cures_and_erm_see_the_same_images_in_the_same_order(task, short):
    seen = {}
    for name in ("erm", "colour_consistency"):

        class Spy(STRATEGIES[name]):
            def loss(self, model, batch):
                seen.setdefault(name, []).append(batch.y)  # noqa: B023
                return super().loss(model, batch)

        fit(Spy(), task, budget=short, seed=1)
    assert len(seen["erm"]) == short.steps(len(task.train))
    assert all(torch.equal(a, b) for a, b in zip(seen["erm"], seen["colour_consistency"], strict=True))


def test_the_model_comes_back_ready_to_use(task, short):
    fitted = fit(Erm(), task, budget=short)
    assert not any(module.training for module in fitted.model.modules())
    assert all(parameter.grad is None for parameter in fitted.model.parameters())
    assert fitted.steps == short.steps(len(task.train))
    assert fitted.seconds > 0


def test_the_same_arguments_give_the_same_bits_whatever_ran_before(task, short):
    first = fit(Erm(), task, budget=short, seed=3).model
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(99)
        second = fit(Erm(), task, budget=short, seed=3).model
    assert same(first, second)
    assert not same(first, fit(Erm(), task, budget=short, seed=4).model)


def test_watching_sees_every_step_and_changes_nothing(task, short):
    steps = []
    watched = fit(Erm(), task, budget=short, watch=lambda step, model: steps.append(step)).model
    assert steps == list(range(1, short.steps(len(task.train)) + 1))
    assert same(watched, fit(Erm(), task, budget=short).model)


def test_only_what_looks_at_easy_images_can_stop(task, short):
    @dataclass(frozen=True)
    class Stops(Erm):
        uses: ClassVar = frozenset({"easy_split"})

        def should_stop(self, step, model, easy):
            assert easy.images is task.easy.images
            with pytest.raises(UnsupportedError, match="no bias attribute"):  # it did not declare to know it
                _ = easy.attribute
            return step == 2

    @dataclass(frozen=True)
    class MayNot(Stops):
        uses: ClassVar = frozenset()

    @dataclass(frozen=True)
    class Knows(Erm):
        uses: ClassVar = frozenset({"easy_split", "bias_labels"})

        def should_stop(self, step, model, easy):
            return bool(easy.attribute.any())

    assert fit(Stops(), task, budget=short).steps == 2
    assert fit(Knows(), task, budget=short).steps == 1
    assert fit(MayNot(), task, budget=short).steps == short.steps(len(task.train))


def test_a_last_act_is_done_to_the_trained_model(task, short):
    modes = []

    @dataclass(frozen=True)
    class Finishes(Erm):
        def plan(self, split):
            return Plan(self.loss, finish=lambda model: modes.append(model.training))

    fit(Finishes(), task, budget=short)
    assert modes == [False]


def test_global_randomness_is_left_alone(task, short):
    before = (random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist())
    fit(STRATEGIES.build("second_opinion"), task, budget=short)
    after = (random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist())
    assert before == after


def test_a_batch_holds_the_bias_attribute_only_if_it_was_declared(task):
    index, generator = torch.arange(5), torch.Generator()
    plain = make_batch(Erm(), task.train, index, 0.5, generator)
    assert plain.attribute is None
    assert plain.progress == 0.5
    assert torch.equal(plain.y, task.train.labels[:5])
    assert torch.equal(plain.x, task.train.render(index))
    declared = make_batch(STRATEGIES.build("group_balanced"), task.train, index, 0.5, generator)
    assert torch.equal(declared.attribute, task.train.attribute[:5])


def test_a_loss_that_explodes_is_named(task, short):
    class Explodes(Strategy):
        def loss(self, model, batch):
            return model(batch.x).sum() * float("nan")

    with pytest.raises(FloatingPointError, match=r"Explodes\(\) has a loss of nan at step 1"):
        fit(Explodes(), task, budget=short)


def test_an_unknown_network_is_answered_with_the_nearest(task, short):
    with pytest.raises(KeyError, match="Did you mean resnet18"):
        fit(Erm(), task, "resnet", budget=short)


def test_what_is_no_strategy_is_refused(task, short):
    @dataclass(frozen=True)
    class UsesMagic(Erm):
        uses: ClassVar = frozenset({"magic"})

    for wrong in ("erm", Erm, None, UsesMagic()):
        with pytest.raises(ValueError, match="expected an instance of a Strategy, such as"):
            fit(wrong, task, budget=short)


def test_what_needs_an_unbiased_split_is_told_that_there_is_none(task, short):
    from dataclasses import replace

    oracle = STRATEGIES.build("oracle")
    assert split_for(oracle, task) is task.unbiased
    assert split_for(Erm(), task) is task.train
    with pytest.raises(UnsupportedError, match=r"Oracle\(.*\) needs a training split"):
        fit(oracle, replace(task, unbiased=None), budget=short)


def test_the_strategys_randomness_is_a_stream_of_its_own(task, short):
    drawn = [training_view(s, task, "simple_cnn", short, 0).generator.initial_seed() for s in (Erm(), Erm())]
    assert drawn[0] == drawn[1]
    assert drawn[0] != training_view(Erm(), task, "simple_cnn", short, 1).generator.initial_seed()
