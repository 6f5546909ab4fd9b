"""The one loop, on a parabola."""

import pytest
import torch

from lazyartist.training.loop import descend


def parabola():
    point = torch.tensor([3.0, -2.0], requires_grad=True)
    return point, lambda step: (point**2).sum()


def test_it_descends_as_adam_does():
    point, loss = parabola()
    assert descend(loss, [point], steps=20, learning_rate=lambda progress: 0.1) == 20
    ours = point.detach().clone()
    point, loss = parabola()
    optimizer = torch.optim.Adam([point], 0.1, fused=True)
    for step in range(20):
        optimizer.zero_grad()
        loss(step).backward()
        optimizer.step()
    assert torch.equal(ours, point.detach())
    assert float((ours**2).sum()) < 13


def test_loss_rate_and_watch_are_called_step_by_step():
    point, loss = parabola()
    seen = {"loss": [], "rate": [], "after": []}

    def watched(step):
        seen["loss"].append(step)
        return loss(step)

    def rate(progress):
        seen["rate"].append(progress)
        return 0.1

    descend(watched, [point], steps=4, learning_rate=rate, after=seen["after"].append)
    assert seen["loss"] == [0, 1, 2, 3]
    assert seen["after"] == [1, 2, 3, 4]
    assert seen["rate"][-4:] == [0, 0.25, 0.5, 0.75]


def test_a_rate_of_nothing_moves_nothing():
    point, loss = parabola()
    descend(loss, [point], steps=3, learning_rate=lambda progress: 0.0)
    assert point.tolist() == [3, -2]


def test_it_stops_when_told_and_says_how_far_it_came():
    point, loss = parabola()
    assert descend(loss, [point], steps=9, learning_rate=lambda p: 0.1, after=lambda step: step == 3) == 3
    assert descend(loss, [point], steps=9, learning_rate=lambda p: 0.1, after=lambda step: None) == 9
    assert point.grad is None


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "None of type NoneType"),
        (0.5, "0.5 of type float"),
        (torch.ones(2, requires_grad=True), r"a tensor of shape \(2,\)"),
        (torch.tensor(0.5), "one that no weight decides, such as a detached one"),
    ],
)
def test_what_is_no_loss_is_named(value, said):
    point, _ = parabola()
    with pytest.raises(TypeError, match=f"^mine has a loss that cannot be minimised: {said}, expected a scalar tensor"):
        descend(lambda step: value, [point], steps=1, learning_rate=lambda progress: 0.1, name="mine")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_is_named_with_the_step(value):
    point, _ = parabola()

    def loss(step):
        return point.sum() * (value if step == 2 else 1)

    with pytest.raises(
        FloatingPointError, match=rf"^an autoencoder has a loss of -?{value} at step 3: lower the learning"
    ):
        descend(loss, [point], steps=5, learning_rate=lambda progress: 0.1, name="an autoencoder")
