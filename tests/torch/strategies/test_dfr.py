"""The last layer, fitted again."""

import numpy as np
import pytest
import torch

from lazyartist.data.make import make_task
from lazyartist.data.sources import GreyImages
from lazyartist.inference import predict
from lazyartist.networks.head import head_of
from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.dfr import Dfr
from lazyartist.training.budget import Budget
from lazyartist.training.fit import fit, training_view


COLOURS = [(1, 0, 0), (0, 1, 0), (0, 0, 1)]
BUDGET = Budget(batch_size=32)


def strokes(classes, correlation, n=600):
    """A horizontal and a vertical stroke and a square, on faint noise."""
    y = np.arange(n) % classes
    x = np.random.default_rng(0).integers(0, 60, (n, 28, 28)).astype(np.uint8)
    x[y == 0, 12:16, 4:24] = 255
    x[y == 1, 4:24, 12:16] = 255
    x[np.ix_(y == 2, range(4, 24), range(4, 24))] = 255
    return make_task(GreyImages(x, y, x, y), palette=COLOURS[:classes], correlation=correlation)


@pytest.mark.parametrize(("classes", "correlation", "epochs"), [(2, 0.95, 10), (2, 0.8, 4), (3, 0.8, 4)])
def test_every_class_is_told_in_every_colour(classes, correlation, epochs):
    task = strokes(classes, correlation)
    model = fit(Dfr(), task, "simple_cnn:width=8", budget=Budget(epochs=epochs, batch_size=32)).model
    for split in (task.easy, task.hard["other"]):
        assert torch.bincount(predict(model, split), minlength=classes).gt(0).all()
    assert (predict(model, task.hard["other"]) == task.hard["other"].labels).float().mean() > 0.9
    assert head_of(model).weight.shape[0] == classes
    assert not torch.allclose(head_of(model).weight[0], head_of(model).weight[1])


def test_the_two_rows_of_two_classes_have_the_regressions_probabilities(family):
    """Judge: the same regression, asked directly."""
    from sklearn.linear_model import LogisticRegression

    from lazyartist.strategies.groups import reweighing

    task, strategy = family(2, 4, 16, 16), Dfr(held_out=0.5)
    view = training_view(strategy, task, "simple_cnn:width=4", BUDGET, 0)
    plan = strategy.plan(view)
    model = view.network()
    plan.finish(model)
    logits, features = view.outputs(model)
    held = plan.weights == 0
    assert 0 < held.sum() < len(held)
    x = (features - features[held].mean(0)) / features[held].std(0).clamp_min(1e-6)
    weights = reweighing(view.labels[held], view.attribute[held], 2, 4)
    judge = LogisticRegression(max_iter=1000).fit(
        x[held].cpu().numpy(), view.labels[held].cpu().numpy(), weights.cpu().numpy()
    )
    assert torch.allclose(logits.softmax(1), torch.as_tensor(judge.predict_proba(x.cpu().numpy())).float(), atol=1e-3)


@pytest.mark.parametrize("seed", range(4))
def test_every_class_has_a_held_out_image(family, seed):
    task = family(37, 37, 8, 8)
    strategy = Dfr(held_out=0.01)
    plan = strategy.plan(training_view(strategy, task, "simple_cnn:width=2", BUDGET, seed))
    held = plan.weights == 0
    assert torch.bincount(task.train.labels[held], minlength=37).gt(0).all()
    assert torch.bincount(task.train.labels[~held], minlength=37).gt(0).all()


def test_the_inverse_penalty_is_a_knob():
    assert STRATEGIES.build("dfr:C=0.1") == Dfr(C=0.1)
