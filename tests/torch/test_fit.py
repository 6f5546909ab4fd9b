import pytest
import torch

from lazyartist.strategies.base import Strategy
from lazyartist.strategies.erm import Erm
from lazyartist.training.fit import Budget, _batches, fit


def test_a_budget_is_counted_in_steps():
    assert Budget(epochs=2, batch_size=10).steps(105) == 20
    assert Budget(epochs=0.1, batch_size=10).steps(100) == 1
    assert str(Budget()) == "4 epochs, batch 64, Adam 0.002 cosine"
    for wrong in ({"epochs": 0}, {"batch_size": 64.5}, {"learning_rate": float("inf")}, {"schedule": "cosin"}):
        with pytest.raises(ValueError, match=f"{next(iter(wrong))}=.*: expected"):
            Budget(**wrong)
    with pytest.raises(ValueError, match="a batch of 64 does not fit into 10"):
        Budget().steps(10)


def test_every_epoch_shows_every_image_once():
    steps = list(_batches(10, 5, 4, seed=0))
    assert sorted(torch.cat(steps[:2]).tolist()) == sorted(torch.cat(steps[2:]).tolist()) == list(range(10))
    assert steps[0].tolist() != steps[2].tolist()
    assert [s.tolist() for s in _batches(10, 5, 4, seed=0)] == [s.tolist() for s in steps]


def test_cures_and_erm_see_the_same_images_in_the_same_order(task, short):
    from lazyartist.strategies import STRATEGIES

    seen = {}
    for name in ("erm", "colour_consistency"):

        class Spy(STRATEGIES[name]):
            def loss(self, model, batch):
                seen.setdefault(name, []).append(batch.y)  # noqa: B023
                return super().loss(model, batch)

        fit(Spy(), task, budget=short, seed=1)
    assert all(torch.equal(a, b) for a, b in zip(seen["erm"], seen["colour_consistency"], strict=True))


def test_the_model_comes_back_ready_to_use(task, short):
    model = fit(Erm(), task, budget=short).model
    assert not any(module.training for module in model.modules())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_watching_sees_every_step_and_changes_nothing(task, short):
    steps = []
    watched = fit(Erm(), task, budget=short, watch=lambda step, model: steps.append(step)).model.state_dict()
    plain = fit(Erm(), task, budget=short).model.state_dict()
    assert steps == list(range(1, short.steps(len(task.train)) + 1))
    assert all(torch.equal(watched[name], plain[name]) for name in plain)


def test_a_loss_that_explodes_is_named(task, short):
    class Explodes(Strategy):
        def loss(self, model, batch):
            return model(batch.x).sum() * float("nan")

    with pytest.raises(FloatingPointError, match=r"Explodes\(\) has a loss of nan at step 1"):
        fit(Explodes(), task, budget=short)


def test_an_unknown_network_is_answered_with_the_nearest(task, short):
    with pytest.raises(KeyError, match="Did you mean resnet18"):
        fit(Erm(), task, "resnet", budget=short)
