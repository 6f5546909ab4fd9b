"""Root-balanced training lies between two strategies: weights as of the one, or a loss as of the other, at its ends."""

import math

import pytest
import torch

from lazyartist.data.make import make_task
from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Batch
from lazyartist.strategies.groups import reweighing
from lazyartist.training.budget import Budget
from lazyartist.training.fit import training_view


def planned(name, task):
    strategy = STRATEGIES.build(name)
    return strategy.plan(training_view(strategy, task, "simple_cnn:width=4", Budget(epochs=1), 0))


def loss_of_nothing(plan, task, index=None):
    """The loss of a network that answers 0 for every class: -log p(class | attribute), what the correction says."""
    index = torch.arange(200) if index is None else index
    split = task.train
    batch = Batch(split.render(index), split.labels[index], split.attribute[index], index, 0.0, torch.Generator())
    return float(plan.loss(lambda x: torch.zeros(len(x), 10), batch))


def test_at_power_one_images_are_drawn_by_group_and_little_is_left_to_correct():
    task = make_task("digits", correlation=0.6)
    plan = planned("root_balanced:power=1", task)
    torch.testing.assert_close(plan.weights, planned("group_balanced", task).weights)
    assert abs(loss_of_nothing(plan, task) - torch.tensor(10.0).log()) < 0.05


def test_at_power_zero_every_image_counts_alike_and_the_loss_is_the_bias_balanced_one():
    task = make_task("digits", correlation=0.6)
    plan = planned("root_balanced:power=0", task)
    assert torch.equal(plan.weights, torch.ones(len(task.train)))
    expected = loss_of_nothing(planned("bias_balanced_loss", task), task)
    assert abs(loss_of_nothing(plan, task) - expected) < 1e-5


def test_in_between_weights_are_the_root_and_the_correction_is_of_what_they_leave():
    task = make_task("digits", correlation=0.6)
    split = task.train
    plan = planned("root_balanced", task)
    torch.testing.assert_close(plan.weights, reweighing(split.labels, split.attribute, 10, 10).sqrt())
    whole, none = (planned(f"root_balanced:power={power}", task) for power in (1, 0))
    between = loss_of_nothing(plan, task)
    assert loss_of_nothing(none, task) < between < loss_of_nothing(whole, task)


def test_the_correction_is_what_the_attribute_tells_under_the_weights_counted_by_hand():
    task = make_task("digits", correlation=0.6)
    y, attribute = task.train.labels.tolist(), task.train.attribute.tolist()
    own = [sum(1 for pair in zip(y, attribute, strict=True) if pair == (c, 3)) for c in range(10)]
    n, of_value = len(y), attribute.count(3)
    weights = [(y.count(c) * of_value / max(own[c], 1) / n) ** 0.5 for c in range(10)]
    every = [
        (y.count(c) * attribute.count(a) / sum(1 for p in zip(y, attribute, strict=True) if p == (c, a)) / n) ** 0.5
        for c, a in zip(y, attribute, strict=True)
    ]
    usual = sum(every) / n
    seen = [own[c] * weights[c] / usual + 1 for c in range(10)]
    plan = planned("root_balanced", task)
    for label in (0, 3):
        first = next(i for i, pair in enumerate(zip(y, attribute, strict=True)) if pair == (label, 3))
        said = math.exp(-loss_of_nothing(plan, task, torch.tensor([first])))
        assert said == pytest.approx(seen[label] / sum(seen), rel=1e-4)
