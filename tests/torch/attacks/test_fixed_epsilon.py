"""The attacks within a fixed ε: one contract for all of them."""

import pytest
import torch

from torch import nn

from lazyartist.attacks.bim import BIM
from lazyartist.attacks.criterion import TargetedConfidence
from lazyartist.attacks.fgsm import FGSM
from lazyartist.attacks.fixed_epsilon import LinfBall
from lazyartist.attacks.pgd import PGD
from lazyartist.attacks.random_noise import RandomNoise
from lazyartist.attacks.square import Square


ATTACKS = [
    FGSM(),
    BIM(steps=5),
    BIM(steps=5, random_start=False),
    PGD(steps=5, restarts=2),
    PGD(steps=5, restarts=1, loss="cross_entropy"),
    Square(queries=20),
    RandomNoise(queries=20),
]
every_attack = pytest.mark.parametrize("attack", ATTACKS, ids=repr)


@every_attack
@pytest.mark.parametrize("epsilon", [0.001, 0.05, torch.linspace(0.02, 0.5, 12)], ids=["small", "usual", "own"])
def test_an_attack_stays_in_its_ball_and_tells_the_truth(attack, model, images, criterion, epsilon):
    found = attack(model, images, criterion, epsilon, seed=1)
    change = (found.images - images).abs().amax((1, 2, 3))
    assert (change < torch.as_tensor(epsilon)).all()
    assert torch.equal(change, found.distance)
    assert float(found.images.min()) >= 0
    assert float(found.images.max()) <= 1
    with torch.no_grad():
        assert torch.equal(found.success, criterion.holds(model(found.images)))
    again = attack(model, images, criterion, epsilon, seed=1)
    assert torch.equal(found.images, again.images)
    assert torch.equal(found.steps, again.steps)


@every_attack
@pytest.mark.parametrize(
    ("epsilon", "shown"),
    [(0.0, "0.0"), (-0.1, "-0.1"), (float("nan"), "nan"), (torch.ones(5), "tensor"), ("0.1", "'0.1'"), (None, "None")],
)
def test_an_epsilon_is_positive(attack, model, images, criterion, epsilon, shown):
    with pytest.raises(ValueError, match=f"epsilon={shown}.*expected a positive change"):
        attack(model, images, criterion, epsilon)


@every_attack
def test_an_attack_leaves_no_trace(attack, nets, images, criterion):
    model = nets.settled().train()
    before = nets.trace(model)
    attack(model, images, criterion)
    assert nets.trace(model) == before
    assert not images.requires_grad


@every_attack
def test_any_model_will_do(attack, nets, criterion):
    grey = torch.rand(12, 1, 20, 20, generator=torch.Generator().manual_seed(0))
    one_channel = nets.seeded(lambda: nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(1296, 10)))
    assert attack(one_channel, grey, criterion).images.shape == grey.shape
    views = nets.seeded(nets.Views)
    found = attack(views, nets.batch(12), criterion, 0.5)
    with torch.no_grad():
        assert torch.equal(found.success, criterion.holds(views(found.images.contiguous())))
    double = attack(nets.settled().double(), nets.batch(12).double(), criterion)
    assert double.images.dtype == torch.float64
    with pytest.raises(ValueError, match=r"parameters are torch.float64, the images are torch.float32"):
        attack(nets.settled().double(), nets.batch(12), criterion)


def test_a_ball_is_clipped_to_images():
    x = torch.tensor([0.0, 1.0]).view(2, 1, 1, 1)
    ball = LinfBall.around(x, 0.1)
    assert ball.clip(x + 5, torch.arange(2)).flatten().tolist() == pytest.approx([0.1, 1.0], abs=1e-6)
    assert ball.clip(x[1:] - 5, torch.tensor([1])).flatten().tolist() == pytest.approx([0.9], abs=1e-6)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: BIM(steps=0), "BIM: steps=0: expected a whole number from 1 on"),
        (lambda: BIM(steps=2.5), "BIM: steps=2.5: expected a whole number from 1 on"),
        (lambda: BIM(step_size=float("nan")), "BIM: step_size=nan: expected a finite number above 0"),
        (lambda: PGD(restarts=0), "PGD: restarts=0: expected a whole number"),
        (lambda: PGD(momentum=2), "PGD: momentum=2: expected a finite number from 0, up to 1"),
        (lambda: PGD(loss="hinge"), "expected one of margin, cross_entropy"),
        (lambda: FGSM(loss="hinge"), "expected one of margin, cross_entropy"),
        (lambda: Square(queries=0), "Square: queries=0: expected a whole number from 1 on"),
        (lambda: Square(share=0), "Square: share=0: expected a finite number above 0, up to 1"),
        (lambda: RandomNoise(queries=0), "RandomNoise: queries=0: expected a whole number from 1 on"),
    ],
)
def test_knobs_have_ranges(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_whole_batches_are_attacked_and_any_order_gives_the_same(model, images, criterion):
    still = BIM(steps=10, random_start=False)
    flipped = still(model, images.flip(0), TargetedConfidence(criterion.target.flip(0)), 0.1)
    assert torch.equal(flipped.success.flip(0), still(model, images, criterion, 0.1).success)
