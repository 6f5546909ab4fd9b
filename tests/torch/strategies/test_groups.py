"""Groups of any sizes: counts, the classes' own attribute values, and weights that balance."""

import pytest
import torch

from lazyartist.strategies.groups import environment_weights, group_counts, own_attribute, reweighing
from lazyartist.strategies.irm import Irm
from lazyartist.strategies.vrex import Vrex
from lazyartist.training.budget import Budget
from lazyartist.training.fit import training_view


@pytest.mark.parametrize(("classes", "attributes"), [(3, 3), (2, 4), (3, 2), (37, 5)])
def test_counts_are_those_of_a_loop(generator, classes, attributes):
    labels = torch.randint(classes, (200,), generator=generator())
    attribute = torch.randint(attributes, (200,), generator=generator(1))
    expected = torch.zeros(classes, attributes, dtype=torch.int64)
    for label, value in zip(labels.tolist(), attribute.tolist(), strict=True):
        expected[label, value] += 1
    assert torch.equal(group_counts(labels, attribute, classes, attributes), expected)


@pytest.mark.parametrize(
    ("labels", "attribute", "words"),
    [
        ([0, 1], [0, 2], "attribute run from 0 to 2: expected 0 to 1"),
        ([0, 3], [0, 1], "labels run from 0 to 3: expected 0 to 2"),
        ([0, -1], [0, 1], "labels run from -1 to 0"),
    ],
)
def test_values_out_of_range_are_refused(labels, attribute, words):
    with pytest.raises(ValueError, match=words):
        group_counts(torch.tensor(labels), torch.tensor(attribute), 3, 2)


@pytest.mark.parametrize(("classes", "attributes"), [(3, 3), (2, 4), (4, 2)])
def test_under_reweighing_label_and_attribute_are_independent(generator, classes, attributes):
    labels = torch.randint(0, classes, (900,), generator=generator())
    drawn = torch.randint(0, attributes, (900,), generator=generator(1))
    attribute = torch.where(torch.rand(900, generator=generator(2)) < 0.7, labels % attributes, drawn)
    weights = reweighing(labels, attribute, classes, attributes)
    table = torch.zeros(classes, attributes).index_put((labels, attribute), weights, accumulate=True) / weights.sum()
    assert (group_counts(labels, attribute, classes, attributes) > 0).all()
    shares = (torch.bincount(labels, minlength=classes) / 900, torch.bincount(attribute, minlength=attributes) / 900)
    assert torch.allclose(table, torch.outer(*shares), rtol=1e-4)


def test_more_values_than_classes_have_weights():
    weights = reweighing(torch.tensor([0, 1, 0, 1]), torch.tensor([0, 3, 2, 1]), 2, 4)
    assert weights.tolist() == [0.5, 0.5, 0.5, 0.5]  # P(y) P(a) / P(y, a) = ½ · ¼ / ¼ in all four


def test_a_groups_missing_images_leave_the_other_weights_finite():
    weights = reweighing(torch.tensor([0, 0, 0, 1]), torch.tensor([0, 0, 1, 1]), 2, 2)
    assert weights.tolist() == pytest.approx([0.75, 0.75, 1.5, 0.5])


def test_a_classs_own_value_is_the_one_it_mostly_has_and_of_equals_the_smallest():
    labels = torch.tensor([0, 0, 0, 1, 1, 2, 2, 2])
    attribute = torch.tensor([3, 3, 0, 2, 1, 0, 0, 1])
    assert own_attribute(labels, attribute, 3, 4).tolist() == [3, 1, 0]


def test_of_colours_the_own_value_is_the_class(task):
    train = task.train
    own = own_attribute(train.labels, train.attribute, train.classes, train.attributes)
    assert torch.equal(own, torch.arange(10))
    assert torch.equal(own, task.own_attribute)


@pytest.mark.parametrize("strategy", [Irm(), Vrex()])
def test_aligned_are_the_images_with_their_classs_own_value_whatever_its_name(family, batch_of, strategy):
    """Other names for the same values, so that no class has the value of its own number, give the same loss."""
    from dataclasses import replace

    from lazyartist.networks import build

    losses = []
    for shift in (0, 1):
        task = family(2, 4, 16, 16)
        images = replace(task.train.images, place=(task.train.images.place + shift) % 4)
        renamed = replace(task, train=replace(task.train, images=images))
        plan = strategy.plan(training_view(strategy, renamed, "simple_cnn:width=2", Budget(batch_size=16), 0))
        batch = replace(batch_of(task, 32), attribute=renamed.train.attribute[:32])
        losses.append(plan.loss(build("simple_cnn:width=2", 2, 0), batch).item())
    assert losses[0] == losses[1]


def test_environments_are_drawn_equally_often():
    aligned = torch.tensor([True, True, True, False])
    weights = environment_weights(aligned)
    assert float(weights[aligned].sum()) == pytest.approx(float(weights[~aligned].sum()))
    assert environment_weights(torch.ones(3, dtype=torch.bool)).tolist() == pytest.approx([1 / 3] * 3)
