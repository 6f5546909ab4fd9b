import math

import pytest
import torch

from lazyartist.latents.metrics.dci import Dci, dci
from lazyartist.latents.metrics.null import shuffled


def halves(codes, factors):
    half = len(codes) // 2
    return (codes[:half], factors[:half]), (codes[half:], factors[half:])


def test_the_scores_of_known_importances():
    def scores(rows):
        found = Dci(torch.tensor(rows).double(), torch.tensor([0.5, 1]))
        return found.disentanglement, found.completeness, found.informativeness

    assert scores([[1.0, 0], [0, 1], [0, 0]]) == pytest.approx((1, 1, 0.75))
    assert scores([[0.5, 0.5], [0.5, 0.5]]) == pytest.approx((0, 0, 0.75))
    # two latents for each factor: disentangled, not complete, ln 2 of the ln 4 that there could be
    assert scores([[0.5, 0], [0.5, 0], [0, 0.5], [0, 0.5]]) == pytest.approx((1, 0.5, 0.75))
    # one latent for both: complete, not disentangled; the others are of no importance and do not count
    assert scores([[1.0, 1], [0, 0], [0, 0]]) == pytest.approx((0, 1, 0.75))


def test_a_perfect_code_and_shuffled_factors(made):
    factors = made.drawn(300, 2, 3)
    train, test = halves(torch.cat([factors, made.noise(300, 1)], 1), factors)
    found = dci(train, test)
    assert found.informativeness > 0.99
    assert found.disentanglement > 0.99
    assert found.completeness > 0.99
    torch.testing.assert_close(found.importance.sum(0), torch.ones(2).double())
    nothing = dci((made.noise(150, 3), shuffled(train[1])), (made.noise(150, 3, seed=1), test[1]))
    assert nothing.disentanglement < 0.05
    assert nothing.completeness < 0.05
    assert nothing.informativeness < 0.5


def test_a_code_turned_by_45_degrees_is_informative_and_mixed(made):
    factors = made.drawn(600, 3, 3)
    v, w = factors.double().unbind(1)
    found = dci(*halves(torch.stack([v + w, v - w], 1), factors))
    assert found.informativeness > 0.99
    assert found.disentanglement < 0.1
    assert found.completeness < 0.1


def test_cosine_and_sine_of_an_angle_are_one_latent(made):
    factors = made.drawn(400, 4, 2)
    angle = factors[:, :1] * (2 * math.pi / 4) - 3
    found = dci(*halves(torch.cat([angle, factors[:, 1:]], 1), factors), circles=1)
    assert found.importance.shape == (2, 2)
    assert found.completeness > 0.99
    assert found.informativeness > 0.99


def test_what_cannot_be_judged_is_refused(made):
    factors = made.drawn(60, 3, 2)
    train, test = halves(factors.double(), factors)
    with pytest.raises(ValueError, match="circles=-1: expected a whole number from 0 on"):
        dci(train, test, circles=-1)
    with pytest.raises(ValueError, match="column 1 never changes"):
        dci((train[0], train[1] * torch.tensor([1, 0])), test)
    with pytest.raises(ValueError, match="codes: expected"):
        dci((train[0].long(), train[1]), test)
