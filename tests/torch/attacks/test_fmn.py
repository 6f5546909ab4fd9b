"""FMN: against a model that is solved by hand, and against bisection."""

import pytest
import torch

from lazyartist.attacks.criterion import TargetedConfidence
from lazyartist.attacks.fmn import FMN


@pytest.mark.parametrize("norm", ["linf", "l2"])
def test_the_smallest_noise_of_a_plane_is_found(norm, plane):
    found = FMN(norm)(plane.model, plane.images, plane.criterion)
    w = plane.weights
    needed = plane.missing / (w.square().sum().sqrt() if norm == "l2" else w.abs().sum())
    assert found.success.all()
    assert (found.distance >= needed - 1e-5).all()
    assert torch.allclose(found.distance, needed, rtol=0.01)


def test_on_the_border_already_a_hair_is_enough(nets):
    x = torch.full((2, 3, 4, 4), 0.5)
    weight = torch.stack([torch.zeros(3, 4, 4), torch.ones(3, 4, 4)])
    model = nets.Linear(weight=weight, bias=torch.tensor([0.0, -float(x[0].sum())]))
    found = FMN()(model, x, TargetedConfidence(torch.ones(2, dtype=torch.long), None))
    assert found.success.all()
    assert float(found.distance.max()) < 1e-3


def test_fmn_needs_half_the_gradients_of_bisection_for_no_larger_noise(smallest, bisected, images):
    assert smallest.success.all()
    assert smallest.distance.median() <= bisected.distance.median()
    assert smallest.steps.float().mean() <= bisected.steps.float().mean() / 2
    assert torch.equal((smallest.images - images).abs().amax((1, 2, 3)), smallest.distance)


def test_l2_noise_is_measured_in_l2_and_smaller_there(smallest, model, images, criterion):
    l2 = FMN("l2")(model, images, criterion)
    assert l2.success.all()
    with torch.no_grad():
        assert criterion.holds(model(l2.images)).all()
    size = (l2.images - images).flatten(1).norm(dim=1)
    assert torch.allclose(size, l2.distance, rtol=1e-4)
    assert size.median() < (smallest.images - images).flatten(1).norm(dim=1).median()


def test_what_cannot_succeed_has_no_smallest_noise(plane):
    plane.model.bias = torch.tensor([0.0, -1e4])
    found = FMN(steps=5)(plane.model, plane.images, plane.criterion)
    assert not found.success.any()
    assert found.distance.isinf().all()
    assert torch.equal(found.images, plane.images)


def test_merely_to_be_answered_takes_no_more_noise_than_a_confidence(smallest, model, images, criterion):
    flip = TargetedConfidence(criterion.target, None, criterion.labels)
    found = FMN()(model, images, flip)
    with torch.no_grad():
        logits = model(found.images)
        assert torch.equal(logits.argmax(1)[found.success], criterion.target[found.success])
        assert torch.equal(flip.holds(logits), logits.argmax(1) == criterion.target)
    assert found.distance.median() < smallest.distance.median()


def test_a_network_that_calls_view_is_attacked_like_its_twin_that_flattens(nets):
    """Channels-last images are this library's choice: no network is to notice."""
    views, flattens = nets.seeded(nets.Views), nets.seeded(nets.Views)
    flattens.forward = lambda x: flattens.head(flattens.conv(x).relu().flatten(1))
    criterion = TargetedConfidence(torch.tensor([1, 2]), None)
    x = nets.batch(2).contiguous(memory_format=torch.channels_last)
    ours, theirs = (FMN(steps=20)(m, x, criterion) for m in (views, flattens))
    assert ours.success.all()
    assert torch.allclose(ours.distance, theirs.distance, atol=1e-5)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: FMN("l1"), "expected one of linf, l2"),
        (lambda: FMN(steps=1), "FMN: steps=1: expected a whole number from 2 on"),
        (lambda: FMN(steps=20.5), "FMN: steps=20.5: expected a whole number from 2 on"),
        (lambda: FMN(step_size=0), "FMN: step_size=0: expected a finite number above 0"),
        (lambda: FMN(shrink=1), "FMN: shrink=1: expected a finite number above 0, below 1"),
    ],
)
def test_knobs_have_ranges(make, message):
    with pytest.raises(ValueError, match=message):
        make()
