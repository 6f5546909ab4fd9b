"""The attacks inside a box, one contract; and what each does that the others do not."""

import math

import pytest
import torch

from torch import nn

from lazyartist.attacks.fixed_epsilon import Box
from lazyartist.attacks.curve import success_curve
from lazyartist.attacks.fgsm import FGSM
from lazyartist.attacks.fmn import FMN
from lazyartist.attacks.bim import BIM
from lazyartist.attacks.pgd import PGD
from lazyartist.attacks.random_noise import RandomNoise
from lazyartist.attacks.bisection import BisectionAttack
from lazyartist.attacks.square import Square
from lazyartist.attacks.criterion import TargetedConfidence
from lazyartist.attacks.gradient_masking import gradient_masking


INSIDE_A_BOX = [
    FGSM(),
    BIM(steps=5),
    PGD(steps=5, restarts=2),
    PGD(steps=5, restarts=1, loss="cross_entropy"),
    Square(questions=20),
    RandomNoise(tries=20),
]


@pytest.fixture
def model(taught):
    return taught


@pytest.fixture(scope="module")
def images(task):
    return task.easy.render(slice(0, 12), task.easy.labels[:12])


@pytest.fixture(scope="module")
def goal(task):
    labels = task.easy.labels[:12]
    return TargetedConfidence((labels + 1) % 10, labels=labels)


class Plane(nn.Module):
    """z_1 − z_0 = w · x − offset: the smallest noise can be worked out by hand, in any norm."""

    def __init__(self, weights, offset):
        super().__init__()
        self.weights, self.offset = weights, offset

    def forward(self, x):
        z = (x * self.weights).sum((1, 2, 3)) - self.offset
        return torch.stack([torch.zeros_like(z), z], dim=1)


def plane():
    """Return a plane, three images in mid-grey and how far the margin is from 90 %."""
    w = torch.randn(3, 6, 6, generator=torch.Generator().manual_seed(0))
    x = torch.full((3, 3, 6, 6), 0.5)
    z = (x * w).sum((1, 2, 3))
    offset = float(z[0]) + 2
    return Plane(w, offset), x, w, math.log(9) - (z - offset)


@pytest.mark.parametrize("attack", INSIDE_A_BOX, ids=repr)
def test_an_attack_stays_in_its_box_and_tells_the_truth(attack, model, images, goal):
    epsilon = torch.linspace(0.02, 0.5, len(images))
    found = attack(model, images, goal, epsilon, seed=1)
    change = (found.images - images).abs().amax((1, 2, 3))
    assert (change < epsilon).all()
    assert torch.equal(change, found.distance)
    assert (found.images.min(), found.images.max()) >= (0, 0)
    assert float(found.images.max()) <= 1
    with torch.no_grad():
        assert torch.equal(found.success, goal.holds(model(found.images)))
    again = attack(model, images, goal, epsilon, seed=1)
    assert torch.equal(found.images, again.images)
    assert torch.equal(found.steps, again.steps)


@pytest.mark.parametrize("attack", INSIDE_A_BOX, ids=repr)
@pytest.mark.parametrize(("epsilon", "shape"), [(0.0, "0.0"), (-0.1, "-0.1"), (torch.ones(5), "tensor")])
def test_an_epsilon_is_positive(attack, model, images, goal, epsilon, shape):
    with pytest.raises(ValueError, match=f"epsilon={shape}.*expected a positive change"):
        attack(model, images, goal, epsilon)


def test_one_step_is_epsilon_along_the_sign():
    model, x, w, _ = plane()
    found = FGSM()(model, x, TargetedConfidence(torch.ones(3, dtype=torch.long)), 0.1)
    moved = found.images - x
    tried = moved.abs().amax((1, 2, 3)) > 0
    assert tried.any()
    assert torch.allclose(moved[tried], (0.1 * w.sign()).expand_as(x)[tried], atol=1e-6)


def test_on_the_border_already_a_hair_is_enough():
    x = torch.full((2, 3, 4, 4), 0.5)
    model = Plane(torch.ones(3, 4, 4), float(x[0].sum()))
    found = FMN()(model, x, TargetedConfidence(torch.ones(2, dtype=torch.long), None))
    assert found.success.all()
    assert float(found.distance.max()) < 1e-3


@pytest.mark.parametrize("attack", [FMN(), PGD(steps=2)], ids=repr)
def test_a_model_that_leaves_the_graph_gives_no_gradient_and_no_error(attack, model, images, goal):
    class Leaves(nn.Module):
        def forward(self, x):
            return model(x.detach())

    with torch.no_grad():  # what the caller does with gradients is nothing to an attack
        assert attack(Leaves(), images, goal).images.shape == images.shape
        assert attack(model, images, goal).steps.any()
        assert gradient_masking(Leaves(), images, goal).zero_gradient.all()
        assert not gradient_masking(model, images, goal).zero_gradient.any()


@pytest.mark.parametrize("bisection", [FMN(), FMN("l2"), BisectionAttack(BIM(random_start=False))], ids=repr)
def test_the_smallest_noise_of_a_plane_is_found(smallest):
    model, x, w, away = plane()
    found = smallest(model, x, TargetedConfidence(torch.ones(3, dtype=torch.long)))
    needed = away / (w.square().sum().sqrt() if smallest == FMN("l2") else w.abs().sum())
    assert found.success.all()
    assert (found.distance >= needed - 1e-5).all()
    assert torch.allclose(found.distance, needed, rtol=0.01)


def test_fast_minimum_norm_needs_half_the_gradients_of_bisection_for_no_larger_noise(model, images, goal):
    fast, slow = FMN()(model, images, goal), BisectionAttack()(model, images, goal)
    assert fast.success.all()
    assert fast.distance.median() <= slow.distance.median()
    assert fast.steps.float().mean() <= slow.steps.float().mean() / 2
    assert torch.equal((fast.images - images).abs().amax((1, 2, 3)), fast.distance)


def test_l2_noise_is_measured_in_l2_and_smaller_there(model, images, goal):
    l2, linf = FMN("l2")(model, images, goal), FMN()(model, images, goal)
    assert l2.success.all()
    with torch.no_grad():
        assert goal.holds(model(l2.images)).all()
    size = (l2.images - images).flatten(1).norm(dim=1)
    assert torch.allclose(size, l2.distance, rtol=1e-4)
    assert size.median() < (linf.images - images).flatten(1).norm(dim=1).median()


def test_what_cannot_succeed_has_no_smallest_noise():
    model, x, _, _ = plane()
    model.offset = 1e4
    found = FMN(steps=5)(model, x, TargetedConfidence(torch.ones(3, dtype=torch.long)))
    assert not found.success.any()
    assert found.distance.isinf().all()
    assert torch.equal(found.images, x)


def test_a_curve_is_its_points_and_never_falls(model, images, goal):
    epsilons = [0.02, 0.1, 0.3]
    attack = BIM(steps=8, random_start=False)
    curve = success_curve(attack, model, images, goal, epsilons)
    alone = torch.stack([attack(model, images, goal, e).success for e in epsilons])
    assert torch.equal(curve, alone.int().cummax(0).values.bool())
    for wrong in ([], [0.1, 0.1]):
        with pytest.raises(ValueError, match="expected one or more, rising"):
            success_curve(attack, model, images, goal, wrong)


def test_an_image_that_succeeds_costs_no_more(model, images, goal):
    asked = []
    hook = model.register_forward_pre_hook(lambda _, inputs: asked.append(len(inputs[0])))
    found = PGD(steps=10, restarts=2)(model, images, goal, 0.5)
    hook.remove()
    asked = asked[1:]  # the first is the check's
    assert sum(asked) <= int(found.steps.sum()) + 2 * len(images)
    assert min(asked) < len(images)


def test_merely_to_be_answered_takes_no_more_noise_than_a_confidence(model, images, goal):
    flip = TargetedConfidence(goal.target, None, goal.labels)
    found, sure = FMN()(model, images, flip), FMN()(model, images, goal)
    with torch.no_grad():
        logits = model(found.images)
        assert torch.equal(logits.argmax(1)[found.success], goal.target[found.success])
        assert torch.equal(flip.holds(logits), logits.argmax(1) == goal.target)
    assert found.distance.median() < sure.distance.median()


def test_squares_are_squares():
    class Unmoved(nn.Module):
        def forward(self, x):
            seen.append(x)
            return torch.zeros(len(x), 2)

    seen = []
    x = torch.full((1, 3, 12, 12), 0.5)
    Square(questions=30, share=0.25)(Unmoved(), x, TargetedConfidence(torch.tensor([1])), 0.1)
    _, stripes, *tries = seen  # the first is the check's
    assert torch.equal(stripes, stripes[:, :, :1].expand_as(stripes))
    assert len(tries) == 29
    for tried in tries:
        changed = (tried != stripes).any(1)[0].nonzero()
        if len(changed):
            first, last = changed.amin(0), changed.amax(0)
            assert (last - first).max() < 6  # a quarter of 12 × 12, at first
            inside = tried[0, :, first[0] : last[0] + 1, first[1] : last[1] + 1].flatten(1)
            assert torch.equal(inside, inside[:, :1].expand_as(inside))  # of one colour


def test_random_noise_asks_as_often_as_it_may_and_no_more():
    model, x, _, _ = plane()
    found = RandomNoise(tries=100)(model, x, TargetedConfidence(torch.ones(3, dtype=torch.long)), 1e-3)
    assert found.steps.tolist() == [100, 100, 100]


def test_a_box_is_clipped_to_images():
    x = torch.tensor([0.0, 1.0]).view(2, 1, 1, 1)
    box = Box.around(x, 0.1)
    assert box.clip(x + 5, torch.arange(2)).flatten().tolist() == pytest.approx([0.1, 1.0], abs=1e-6)
    assert box.clip(x[1:] - 5, torch.tensor([1])).flatten().tolist() == pytest.approx([0.9], abs=1e-6)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: PGD(restarts=0), "positive steps"),
        (lambda: PGD(momentum=2), r"momentum in \[0, 1\]"),
        (lambda: PGD(loss="hinge"), "expected one of margin, cross_entropy"),
        (lambda: FMN("l1"), "expected one of linf, l2"),
        (lambda: FMN(steps=1), "two steps or more"),
        (lambda: FGSM(loss="hinge"), "expected one of margin, cross_entropy"),
        (lambda: Square(questions=0), "one question or more"),
        (lambda: RandomNoise(tries=0), "one or more"),
        (lambda: TargetedConfidence(torch.tensor([1, 2]), labels=torch.tensor([1, 3])), "1 of 2 targets are the image's own"),
        (lambda: TargetedConfidence(torch.tensor([1, 2]), labels=torch.tensor([1])), "2 targets need as many labels"),
    ],
)
def test_nonsense_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
