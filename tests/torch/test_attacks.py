import math

import pytest
import torch

from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from lazyartist.attacks.bim import BIM
from lazyartist.attacks.bisection import BisectionAttack
from lazyartist.attacks.criterion import TargetedConfidence
from lazyartist.strategies.erm import Erm
from lazyartist.training.fit import Budget, build, fit


@pytest.fixture(scope="module")
def model(task):
    return fit(Erm(), task, budget=Budget(epochs=3, batch_size=32)).model


@pytest.fixture(scope="module")
def images(task):
    return task.easy.render(slice(0, 24))


@pytest.fixture(scope="module")
def goal(task):
    return TargetedConfidence((task.easy.labels[:24] + 1) % 10)


class Linear(nn.Module):
    """z_1 − z_0 = slope × (mean pixel − offset): the smallest noise can be worked out by hand."""

    def __init__(self, slope, offset):
        super().__init__()
        self.slope, self.offset = slope, offset

    def forward(self, x):
        z = self.slope * (x.mean((1, 2, 3)) - self.offset)
        return torch.stack([torch.zeros_like(z), z], dim=1)


@given(
    logits=st.lists(st.floats(-8, 8), min_size=3, max_size=6),
    confidence=st.floats(0.05, 0.99),
)
def test_the_margin_is_positive_just_where_the_probability_exceeds(logits, confidence):
    z = torch.tensor([logits], dtype=torch.float64)
    goal = TargetedConfidence(torch.tensor([1]), confidence)
    p = float(z.softmax(1)[0, 1])
    margin = float(goal.margin(z))
    assert margin == pytest.approx(math.log(p / (1 - p)) - math.log(confidence / (1 - confidence)), abs=1e-6)
    assert bool(goal.holds(z)) == (margin > 0)
    if abs(p - confidence) > 1e-9:
        assert bool(goal.holds(z)) == (p > confidence)


@pytest.mark.parametrize("epsilon", [0.001, 0.05, 0.3])
@pytest.mark.parametrize("random_start", [False, True])
def test_noise_stays_strictly_inside_the_box(model, images, goal, epsilon, random_start):
    found = BIM(steps=10, random_start=random_start)(model, images, goal, epsilon)
    change = (found.images - images).abs().amax((1, 2, 3))
    assert (change < torch.tensor(epsilon)).all()
    assert torch.equal(change, found.distance)
    assert float(found.images.min()) >= 0
    assert float(found.images.max()) <= 1


def test_success_is_what_the_model_says_of_the_returned_images(model, images, goal):
    found = BIM()(model, images, goal, 0.3)
    with torch.no_grad():
        p = model(found.images).softmax(1).gather(1, goal.target[:, None])[:, 0]
    assert found.success.any()
    assert torch.equal(found.success, p > goal.confidence)
    assert (found.steps[found.success] <= 40).all()
    assert (found.steps[~found.success] == 40).all()


def test_a_finished_image_is_left_alone(model, images, goal):
    attack = BIM(random_start=False)
    a = attack(model, images, goal, 0.3)
    early = a.steps == a.steps.min()
    alone = attack(model, images[early], goal.at(early), 0.3)
    assert early.any()
    assert (a.steps > a.steps.min()).any()
    assert a.success[early].all()
    assert torch.allclose(a.images[early], alone.images, atol=1e-4)


def test_more_noise_never_fools_fewer(model, images, goal):
    rates = [int(BIM()(model, images, goal, e).success.sum()) for e in (0.01, 0.05, 0.2, 0.999)]
    assert rates == sorted(rates)
    assert rates[-1] == len(images)


def test_every_image_may_have_its_own_epsilon(model, images, goal):
    epsilon = torch.linspace(0.01, 0.3, len(images))
    found = BIM()(model, images, goal, epsilon)
    assert (found.distance < epsilon).all()


def test_same_seed_same_noise_and_batch_order_does_not_matter_without_it(model, images, goal):
    a, b, c = (BIM()(model, images, goal, seed=s).images for s in (1, 1, 2))
    assert torch.equal(a, b)
    assert not torch.equal(a, c)
    still = BIM(random_start=False)
    flipped = still(model, images.flip(0), TargetedConfidence(goal.target.flip(0)), 0.1)
    assert torch.equal(flipped.success.flip(0), still(model, images, goal, 0.1).success)


def test_the_smallest_noise_of_a_linear_model_is_found():
    offset, slope = 0.6, 20.0
    x = torch.full((3, 3, 8, 8), 0.3) + torch.tensor([0.0, 0.05, 0.1]).view(3, 1, 1, 1)
    goal = TargetedConfidence(torch.ones(3, dtype=torch.long))
    needed = offset + math.log(9) / slope - x.mean((1, 2, 3))
    found = BisectionAttack(rounds=14)(Linear(slope, offset), x, goal)
    assert found.success.all()
    assert (found.distance >= needed - 1e-5).all()
    assert torch.allclose(found.distance, needed, rtol=0.01)


def test_the_smallest_noise_is_a_success_and_smaller_than_the_fixed_one(model, images, goal):
    found = BisectionAttack()(model, images, goal)
    assert found.success.all()
    with torch.no_grad():
        assert goal.holds(model(found.images)).all()
    assert torch.equal((found.images - images).abs().amax((1, 2, 3)), found.distance)
    fixed = BIM()(model, images, goal, 0.3)
    assert (found.distance[fixed.success] <= fixed.distance[fixed.success] * 1.05).all()


def test_what_cannot_succeed_has_no_smallest_noise():
    x = torch.full((2, 3, 8, 8), 0.5)
    found = BisectionAttack(rounds=2)(Linear(1.0, 0.5), x, TargetedConfidence(torch.ones(2, dtype=torch.long)))
    assert not found.success.any()
    assert found.distance.isinf().all()


def test_the_attack_leaves_no_trace(images, goal):
    model = build("simple_cnn", 10, seed=0).train()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    BIM(steps=2)(model, images, goal)
    assert all(module.training for module in model.modules())
    assert all(parameter.requires_grad and parameter.grad is None for parameter in model.parameters())
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())
    assert not images.requires_grad


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"images": torch.rand(24, 3, 28, 28, generator=torch.Generator()) + 0.5}, r"expected \[0, 1\]"),
        ({"images": torch.full((24, 3, 28, 28), float("nan"))}, "images run from nan"),
        ({"images": torch.zeros(24, 3, 28, 28, dtype=torch.uint8)}, "float32 or float64, got"),
        ({"images": torch.zeros(24, 3, 28, 28, dtype=torch.bfloat16)}, "float32 or float64, got"),
        ({"images": torch.zeros(5, 3, 28, 28)}, "5 images need as many targets, got 24"),
        ({"goal": TargetedConfidence(torch.full((24,), 10))}, "targets run from 10 to 10"),
        ({"epsilon": 0.0}, "epsilon=0.0: expected a positive change"),
        ({"epsilon": -0.1}, "expected a positive change"),
    ],
)
def test_nonsense_is_refused_with_a_way_out(model, images, goal, change, message):
    arguments = {"images": images, "goal": goal, "epsilon": 0.05, **change}
    with pytest.raises(ValueError, match=message):
        BIM()(model, **arguments)


def test_a_model_that_returns_probabilities_is_refused(model, images, goal):
    with pytest.raises(ValueError, match="without the softmax"):
        BIM()(nn.Sequential(model, nn.Softmax(1)), images, goal)


@pytest.mark.parametrize("confidence", [0, 1, 90, float("nan")])
def test_a_confidence_is_a_probability(confidence):
    with pytest.raises(ValueError, match="expected a probability"):
        TargetedConfidence(torch.tensor([1]), confidence)
    with pytest.raises(ValueError, match="integers"):
        TargetedConfidence(torch.tensor([[1.0]]))
