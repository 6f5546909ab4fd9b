"""Root-balanced training lies between two strategies, and is either of them at its ends."""

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


def loss_of_nothing(plan, task):
    """The loss of a network that answers 0 for every class: what the correction alone says."""
    index = torch.arange(200)
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
