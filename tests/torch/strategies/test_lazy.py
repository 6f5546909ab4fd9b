"""The lazy model: when it stops."""

import numpy as np
import pytest
import torch

from lazyartist.criteria import LAZY_EASY
from lazyartist.data.coloured import colour
from lazyartist.data.images import Split
from lazyartist.data.make import make_task
from lazyartist.data.sources import GreyImages
from lazyartist.probes import accuracy
from lazyartist.strategies.lazy import BELOW_ALIGNED, Lazy, lazy_bar
from lazyartist.training.budget import Budget
from lazyartist.training.fit import fit


TWO = [(1, 0, 0), (0, 1, 0)]


def test_the_lazy_model_stops_at_the_first_check_that_clears(task):
    checks = {}

    def watch(step, model):
        if step % Lazy().check_every == 0:
            checks[step] = accuracy(model, task.easy).value

    fitted = fit(Lazy(), task, budget=Lazy.budget, watch=watch)
    assert fitted.steps == max(checks) < Lazy.budget.steps(len(task.train))
    assert LAZY_EASY.holds(checks.pop(fitted.steps))
    assert checks
    assert not any(LAZY_EASY.holds(value) for value in checks.values())


@pytest.mark.parametrize("images", [12, 40, 45])
def test_of_few_easy_images_all_are_asked(images):
    y = np.arange(images) % 2
    x = np.full((images, 28, 28), 200, np.uint8)
    task = make_task(GreyImages(x, y, x, y), palette=TWO)
    assert len(task.easy) < 10
    assert fit(Lazy(check_every=1), task, "simple_cnn:width=4", budget=Budget(epochs=30, batch_size=8)).steps > 0


def test_a_model_that_is_right_on_all_of_few_images_is_lazy():
    class ByColour(torch.nn.Module):
        def forward(self, x):
            return x[:, :2].amax((2, 3))

    y = np.arange(40) % 2
    x = np.full((40, 28, 28), 200, np.uint8)
    easy = make_task(GreyImages(x, y, x, y), palette=TWO, correlation=1.0).easy
    assert len(easy) == 8
    assert Lazy(check_every=1).should_stop(1, ByColour(), easy)
    assert not Lazy(check_every=2).should_stop(1, ByColour(), easy)
    assert not Lazy(check_every=1).should_stop(1, torch.nn.Sequential(ByColour(), Swap()), easy)


class Swap(torch.nn.Module):
    def forward(self, x):
        return x.flip(1)


@pytest.mark.parametrize("seed", range(5))
def test_the_bar_is_the_exercises_where_95_percent_are_aligned(seed):
    labels = np.random.default_rng(seed).integers(0, 10, 12000)
    easy = Split(colour(np.zeros((12000, 2, 2), np.uint8), labels, seed=seed))
    assert lazy_bar(easy) == LAZY_EASY.threshold == 0.95


@pytest.mark.parametrize("correlation", [1.0, 0.98, 0.93, 0.8, 0.5])
@pytest.mark.parametrize("bias", ["colour", "wave"])
def test_where_more_or_fewer_are_aligned_the_bar_is_their_share_less_half_a_point(correlation, bias):
    task = make_task("digits", correlation=correlation, bias=bias)
    share = float(task.aligned(task.easy).double().mean())
    assert lazy_bar(task.easy) == pytest.approx(share - BELOW_ALIGNED)


def test_of_two_lies_the_bar_is_what_one_of_them_can_reach():
    easy = make_task("digits", bias="colour_and_mark", correlation=0.9).easy
    shares = [float((easy.factor(name) == easy.labels).double().mean()) for name in easy.bias]
    assert lazy_bar(easy) == pytest.approx(max(shares) - BELOW_ALIGNED)


@pytest.mark.parametrize(("classes", "attributes"), [(2, 2), (2, 4), (3, 2)])
def test_the_bar_is_what_the_best_rule_that_knows_the_attribute_alone_can_reach(family, classes, attributes):
    easy = family(classes, attributes, 16, 16).easy
    right = [easy.labels[easy.attribute == value].bincount(minlength=classes).max() for value in range(attributes)]
    reached = float(sum(right)) / len(easy)
    bar = reached - BELOW_ALIGNED
    assert lazy_bar(easy) == pytest.approx(0.95 if abs(bar - 0.95) <= BELOW_ALIGNED else bar)


def test_a_model_of_a_weaker_bias_is_lazy_too():
    task = make_task("digits", correlation=0.9)
    model = fit(Lazy(), task, budget=Lazy.budget)
    assert model.steps < Lazy.budget.steps(len(task.train))
    assert accuracy(model.model, task.easy).value > lazy_bar(task.easy)
    assert accuracy(model.model, task.hard["rotated"]).value < 0.2
