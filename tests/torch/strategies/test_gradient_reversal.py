"""The reversed gradient, and the adversaries' outputs."""

import pytest
import torch

from lazyartist.networks import build
from lazyartist.strategies.gradient_reversal import GradientReversal, ramp, reverse
from lazyartist.strategies.recoloured_reversal import RecolouredReversal
from lazyartist.training.budget import Budget
from lazyartist.training.fit import fit, training_view


def test_a_reversed_gradient_comes_back_with_the_other_sign():
    x = torch.ones(3, requires_grad=True)
    y = reverse(x, 0.5)
    assert torch.equal(y, x)
    y.sum().backward()
    assert torch.allclose(x.grad, torch.full((3,), -0.5))
    assert ramp(0) == 0 < ramp(0.1) < ramp(1) < 1


@pytest.mark.parametrize(
    ("strategy", "values"),
    [(GradientReversal(), 4), (RecolouredReversal(), 10), (RecolouredReversal(bins=3), 3)],
)
@pytest.mark.parametrize("classes", [2, 9])
def test_the_adversary_has_an_output_per_value_that_it_tells(family, strategy, values, classes):
    view = training_view(strategy, family(classes, 4, 16, 16), "simple_cnn:width=2", Budget(batch_size=16), 0)
    with torch.random.fork_rng(devices=[]):
        (adversary,) = strategy.plan(view).modules
    assert [adversary[0].in_features, adversary[-1].out_features] == [view.feature_width, values]


@pytest.mark.parametrize("classes", [2, 9, 37])
def test_every_bin_of_the_wheel_is_told_whatever_the_number_of_classes(family, batch_of, classes):
    task, strategy = family(classes, 2, 16, 16), RecolouredReversal()
    _, target = strategy.seen(batch_of(task, 64))
    assert set(target.tolist()) == set(range(10))
    fit(strategy, task, "simple_cnn:width=2", budget=Budget(epochs=1, batch_size=16))


def test_planning_uses_up_no_networks_seed(family):
    """The next network is the same, whether or not the width of the features was asked for."""
    task = family(2, 2, 16, 16)
    views = [training_view(GradientReversal(), task, "simple_cnn:width=2", Budget(batch_size=16), 0) for _ in range(2)]
    assert views[0].feature_width == 8
    assert torch.equal(*(view.network().head.weight for view in views))
    assert not torch.equal(views[0].network().head.weight, build("simple_cnn:width=2", 2, 0).head.weight)
