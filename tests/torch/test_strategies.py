"""The contract that every registered strategy keeps, and the formulas of each."""

import pytest
import torch

from lazyartist.checks import check_it_uses_only_what_it_declared, parametrize_with_checks
from lazyartist.strategies import STRATEGIES, configured
from lazyartist.strategies.base import Batch
from lazyartist.strategies.colour_consistency import ColourConsistency
from lazyartist.strategies.grayscale_erm import GrayscaleErm
from lazyartist.strategies.erm import Erm
from lazyartist.strategies.focal import Focal
from lazyartist.strategies.augmentations import turn_hues
from lazyartist.training.fit import build, fit


def batch(task, size=16, *, colours=False):
    index = torch.arange(size)
    return Batch(
        task.train.render(index), task.train.labels[:size], task.train.colours[:size] if colours else None,
        index, 0.5, torch.Generator().manual_seed(0),
    )  # fmt: skip


@parametrize_with_checks([configured(name) for name in STRATEGIES if name != "grayscale_erm"])
def test_contract(strategy, check):
    check(strategy)


def test_the_contract_keeps_out_the_control():
    with pytest.raises(AssertionError, match="turns images grey"):
        check_it_uses_only_what_it_declared(GrayscaleErm())


def test_the_control_sees_the_same_in_every_colour(task):
    seen = []
    model = torch.nn.Sequential(build("simple_cnn", 10, seed=0).eval())
    model.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    index = torch.arange(8)
    for colour in (0, 6):
        x = task.train.render(index, torch.full((8,), colour))
        GrayscaleErm().loss(model, Batch(x, task.train.labels[:8], None, index, 0.5, torch.Generator()))
    assert torch.equal(*seen)


def test_focal_is_the_formula():
    logits, y = torch.tensor([[2.0, 0.0], [0.0, 1.0]]), torch.tensor([0, 0])
    p = logits.softmax(1)[:, 0]
    fake = Batch(logits, y, None, torch.arange(2), 0.0, torch.Generator())
    expected = (-((1 - p) ** 2) * p.log()).mean()
    assert torch.allclose(Focal().loss(torch.nn.Identity(), fake), expected)
    assert torch.allclose(Focal(gamma=0).loss(torch.nn.Identity(), fake), Erm().loss(torch.nn.Identity(), fake))


def test_consistency_is_cross_entropy_plus_symmetric_divergence(task):
    model = build("simple_cnn", 10, seed=0).eval()
    b = batch(task)
    with torch.no_grad():
        p = model(b.x).softmax(1)
        q = model(turn_hues(b.x, torch.Generator().manual_seed(0))).softmax(1)
        symmetric = 0.5 * ((p * (p / q).log()).sum(1) + (q * (q / p).log()).sum(1)).mean()
        expected = Erm().loss(model, b) + 2 * symmetric
        assert torch.allclose(ColourConsistency().loss(model, b), expected, atol=1e-5)


def test_the_lazy_model_stops_at_the_first_look_that_clears(task):
    from lazyartist.criteria import LAZY_EASY
    from lazyartist.probes import accuracy
    from lazyartist.strategies.lazy import Lazy
    from lazyartist.studies.base import LAZY

    looks = {}

    def watch(step, model):
        if step % Lazy().every == 0:
            looks[step] = accuracy(model, task.easy).value

    fitted = fit(Lazy(), task, budget=LAZY, watch=watch)
    assert fitted.steps == max(looks) < LAZY.steps(len(task.train))
    assert LAZY_EASY.holds(looks.pop(fitted.steps))
    assert not any(LAZY_EASY.holds(value) for value in looks.values())


def test_the_oracle_trains_on_colours_that_say_nothing(task, short, monkeypatch):
    calls = []
    render = type(task.train).render
    monkeypatch.setattr(type(task.train), "render", lambda self, *a, **k: calls.append(self) or render(self, *a, **k))
    fit(STRATEGIES["oracle"](), task, budget=short)
    assert all(data is task.unbiased for data in calls)
