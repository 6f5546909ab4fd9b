import math

import pytest
import torch

from lazyartist.latents.metrics.null import null, shuffled
from lazyartist.latents.metrics.sap import separability


def halves(codes, factors):
    half = len(codes) // 2
    return (codes[:half], factors[:half]), (codes[half:], factors[half:])


def test_two_values_are_told_apart_and_noise_tells_nothing(made):
    factors = made.drawn(4000, 2, 2)
    train, test = halves(torch.cat([factors - 0.5, made.noise(4000, 2)], 1), factors)
    found = separability(train, test)
    torch.testing.assert_close(found.accuracy[:2].diagonal(), torch.ones(2).double())
    assert found.sap == pytest.approx(0.5, abs=0.02)
    nothing = test[0], shuffled(test[1])
    assert null(lambda v: separability((train[0], v), nothing).sap, train[1], repeats=3).max() < 0.05


def test_a_code_turned_by_45_degrees_has_no_gap(made):
    factors = made.drawn(3000, 2, 2)
    v, w = (factors - 0.5).unbind(1)
    found = separability(*halves(torch.stack([v + w, v - w], 1), factors))
    assert found.sap < 0.03
    assert found.accuracy.min() == pytest.approx(0.75, abs=0.03)  # right wherever the two do not cancel


def test_a_line_is_at_a_disadvantage_to_a_circle(made):
    factors = made.drawn(3000, 10, 10)
    line, angle = halves(factors / 10 - 0.5, factors), halves(factors * (2 * math.pi / 10) - 3, factors)
    assert separability(*line).sap < 0.3
    assert separability(*angle, circles=2).sap > 0.85
    mixed = separability(*halves(torch.cat([angle[0][0], line[0][0]], 1), factors[:1500]), circles=2)
    assert mixed.accuracy.argmax(0).tolist() == [0, 1]
    assert (mixed.gaps > 0.6).all()


def test_values_keep_their_names_from_one_set_to_the_other(made):
    factors = torch.tensor([[3], [7], [9]]).repeat(200, 1)
    train = factors * torch.tensor([1.0, 0]), factors
    test = torch.tensor([[7.0, 0], [9.0, 0]]), torch.tensor([[7], [9]])  # 7 is the first value here, and was the second
    assert separability(train, test).accuracy[0, 0] >= 0.5
    right = separability((train[0] * 1.0, factors), (torch.tensor([[9.0, 0]] * 3), torch.tensor([[9]] * 3)))
    assert right.accuracy[0, 0] == 1


def test_what_cannot_be_judged_is_refused(made):
    factors = made.drawn(60, 3, 2)
    train, test = halves(factors.double(), factors)
    with pytest.raises(ValueError, match="column 0 is 8 in a test image, which no image in train has"):
        separability(train, (test[0], test[1] + torch.tensor([8, 0]) * (test[1] == 0)))
    with pytest.raises(ValueError, match="expected as many latents and factors as in train"):
        separability(train, (test[0][:, :1], test[1]))
    with pytest.raises(ValueError, match="expected as many latents and factors as in train, some rows"):
        separability(train, (test[0][:0], test[1][:0]))
    with pytest.raises(ValueError, match="circles=3: there are only 2 latents"):
        separability(train, test, circles=3)
    with pytest.raises(ValueError, match="there is only one latent"):
        separability((train[0][:, :1], train[1]), (test[0][:, :1], test[1])).sap  # noqa: B018
