"""The training split as a strategy may see it: what it declared, and nothing else."""

from dataclasses import dataclass, replace
from typing import ClassVar

import pytest
import torch

from lazyartist.data.make import make_task
from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Strategy
from lazyartist.strategies.erm import Erm
from lazyartist.strategies.groups import group_counts
from lazyartist.training.fit import training_view


SPEC = "simple_cnn:width=4"


@dataclass(frozen=True)
class Knows(Erm):
    uses: ClassVar = frozenset({"bias_labels"})
    networks: ClassVar = ("mlp",)


@pytest.fixture
def view(task, short):
    return lambda strategy=Erm(), seed=0: training_view(strategy, task, SPEC, short, seed)  # noqa: B008


def same(a, b):
    a, b = a.state_dict(), b.state_dict()
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def test_labels_and_images_are_those_of_the_split(view, task):
    assert torch.equal(view().labels, task.train.labels)
    assert view().classes == 10
    index = torch.tensor([3, 1])
    assert torch.equal(view().render(index), task.train.render(index))


def test_what_it_is_handed_are_copies(view, task):
    seen, before = view(Knows()), task.train.fingerprint
    seen.labels.zero_()
    seen.attribute.zero_()
    seen.render(torch.arange(3)).zero_()
    assert task.train.fingerprint == before


def test_the_bias_attribute_is_for_those_who_declared_it(view, task):
    assert torch.equal(view(Knows()).attribute, task.train.attribute)
    assert view(Knows()).attributes == 10
    for name in ("attribute", "attributes"):
        with pytest.raises(ValueError, match=r"Erm\(\) asks for .*bias attribute.*: it must declare 'bias_labels'"):
            getattr(view(), name)
    counts = group_counts(task.train.labels, task.train.attribute, 10, 10)
    assert int(counts.sum()) == len(task.train)


def test_nothing_else_of_the_task_can_be_reached(view):
    reached = [name for name in dir(view()) if not name.startswith("_")]
    assert not {"easy", "hard", "test", "task", "unbiased"} & set(reached)


def test_partners_do_not_depend_on_what_was_made_before(view):
    one, other = view(), view()
    partner = one.network()
    other.fit(Erm(), 0.1)
    assert other.feature_width == 16  # building a network to look at it uses up no number
    assert same(partner, other.network())
    assert not same(partner, one.network())
    stage = view().fit(Erm(), 0.1)
    one = view()
    one.network()
    assert same(stage, one.fit(Erm(), 0.1))
    assert partner.training
    assert not stage.training


def test_a_stage_may_use_no_more_than_was_declared(view):
    with pytest.raises(ValueError, match=r"Erm\(\) trains Knows\(\) on the way: it must declare \['bias_labels'\] too"):
        view().fit(Knows(), 0.1)
    with pytest.raises(ValueError, match="trains a mlp on the way: it must declare it in its `networks`"):
        view().fit(Erm(), 0.1, "mlp")
    assert type(view(Knows()).fit(Erm(), 0.1, "mlp")) is not type(view().network())


def test_outputs_are_those_of_evaluation_and_leave_the_model_as_it_was(view, task, nets):
    model = nets.settled(SPEC).train()
    before = nets.trace(model)
    logits, features = view().outputs(model)
    assert nets.trace(model) == before
    assert logits.shape == (len(task.train), 10)
    assert features.shape == (len(task.train), view().feature_width)
    model.eval()
    with torch.no_grad():
        assert torch.allclose(logits[:64], model(task.train.render(torch.arange(64))), atol=1e-5)
        assert torch.allclose(model.head(features), logits, atol=1e-5)


def test_an_oracle_sees_the_split_whose_attribute_says_nothing(view):
    oracle = STRATEGIES.build("oracle")
    assert isinstance(oracle, Strategy)
    assert view(oracle).split is not view().split


def test_it_works_on_two_classes(short):
    labels = torch.tensor([0, 1]).repeat(64)
    images = (torch.rand(128, 12, 12, generator=torch.Generator().manual_seed(0)) * 255).byte()
    from lazyartist.data.sources import GreyImages

    grey = GreyImages(images.cpu().numpy(), labels.cpu().numpy(), images.cpu().numpy(), labels.cpu().numpy())
    task = make_task(grey, palette=[(1, 0, 0), (0, 1, 0)])
    view = training_view(Knows(), task, SPEC, replace(short, batch_size=8), 0)
    assert (view.classes, view.attributes) == (2, 2)
    logits, _ = view.outputs(view.network())
    assert logits.shape == (len(task.train), 2)
