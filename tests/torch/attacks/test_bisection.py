"""Bisection: against a model that is solved by hand, and against the attack that it repeats."""

import pytest
import torch

from lazyartist.attacks.bim import BIM
from lazyartist.attacks.bisection import BisectionAttack
from lazyartist.attacks.fmn import FMN


@pytest.mark.parametrize("attack", [BIM(), BIM(random_start=False)], ids=repr)
def test_the_smallest_noise_of_a_linear_model_is_found(attack, plane):
    found = BisectionAttack(attack, rounds=14)(plane.model, plane.images, plane.criterion)
    needed = plane.missing / plane.weights.abs().sum()
    assert found.success.all()
    assert (found.distance >= needed - 1e-5).all()
    assert torch.allclose(found.distance, needed, rtol=0.01)


def test_the_smallest_noise_is_a_success_and_smaller_than_the_fixed_one(bisected, model, images, criterion):
    found = bisected
    assert found.success.all()
    with torch.no_grad():
        assert criterion.holds(model(found.images)).all()
    assert torch.equal((found.images - images).abs().amax((1, 2, 3)), found.distance)
    fixed = BIM()(model, images, criterion, 0.3)
    assert (found.distance[fixed.success] <= fixed.distance[fixed.success] * 1.05).all()


def test_what_cannot_succeed_has_no_smallest_noise(plane):
    plane.model.bias = torch.tensor([0.0, -1e4])
    found = BisectionAttack(rounds=2)(plane.model, plane.images, plane.criterion)
    assert not found.success.any()
    assert found.distance.isinf().all()


@pytest.mark.parametrize(
    ("knobs", "message"),
    [
        ({"lowest": 2}, "BisectionAttack: lowest=2: expected a finite number above 0, below 1"),
        ({"lowest": 0.5, "highest": 0.1}, "lowest=0.5, highest=0.1: expected the lowest"),
        ({"rounds": 2.5}, "rounds=2.5: expected a whole number"),
        ({"rounds": -1}, "rounds=-1: expected a whole number"),
        ({"attack": FMN()}, r"attack=FMN\(.*expected an attack within a fixed ε.*needs no bisection"),
        ({"attack": BIM}, "expected an attack within a fixed ε"),
    ],
)
def test_nonsense_is_refused(knobs, message):
    with pytest.raises(ValueError, match=message):
        BisectionAttack(**knobs)
