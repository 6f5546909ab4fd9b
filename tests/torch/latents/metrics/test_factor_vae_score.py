import math

import pytest
import torch

from lazyartist.data.grid import Grid
from lazyartist.latents.metrics.factor_vae_score import factor_vae_votes


GRID = Grid({"hue": 10, "scale": 6, "shape": 4})
SIZES = torch.tensor([10, 6, 4])


def scored(encode, grid=GRID, **more):
    return factor_vae_votes(encode, grid, learnt=400, judged=400, **more)


def test_a_perfect_code_scores_one():
    votes = scored(lambda index: GRID.factors_of(index)[:, [2, 0, 1]] / SIZES[[2, 0, 1]])
    assert votes.score == 1
    assert votes.learnt.argmax(0).tolist() == [2, 0, 1]
    assert int(votes.learnt.sum()) == int(votes.judged.sum()) == 400


def test_noise_scores_chance(made):
    table = made.noise(len(GRID), 5)
    assert scored(lambda index: table[index]).score == pytest.approx(1 / 3, abs=0.1)


def test_the_scale_of_a_latent_does_not_count(made):
    table = GRID.factors_of(torch.arange(len(GRID))) / SIZES + made.noise(len(GRID), 3)
    votes, scaled = (scored(lambda index, codes=codes: codes[index]) for codes in (table, table * 8 ** torch.arange(3)))
    assert torch.equal(votes.judged, scaled.judged)
    assert (votes.judged.sum(0) > 20).all()


def test_a_factor_that_no_latent_holds_is_lost():
    """Whatever is voted while it stands still is given to another factor, but for chance."""
    votes = scored(lambda index: GRID.factors_of(index)[:, :2] / SIZES[:2])
    assert votes.score == pytest.approx(2 / 3, abs=0.07)


def test_what_is_hardly_used_has_no_vote():
    def encode(index):
        values = GRID.factors_of(index) / SIZES
        return torch.cat([values, 0.01 * values], 1)

    votes = scored(encode)
    assert votes.score == 1
    assert not votes.learnt[:, 3:].any()
    nothing = scored(lambda index: 0.01 * GRID.factors_of(index) / SIZES)
    assert nothing.score == 0
    assert not nothing.judged.any()


def test_an_angle_has_no_seam():
    """A hue at ±π: its angles lie on both sides of the cut, and still stand still."""

    def encode(index):
        hue, scale, shape = GRID.factors_of(index).double().unbind(1)
        jitter = 0.1 * torch.sin(12.9898 * index)
        angle = torch.remainder(hue * (2 * math.pi / 10) + jitter, 2 * math.pi) - math.pi
        return torch.stack([angle, scale / 6, shape / 4], 1)

    assert scored(encode, circles=1).score == 1
    assert scored(encode).score < 0.99


def test_unused_angles_are_left_out_on_request():
    def encode(index):
        values = GRID.factors_of(index).double()
        hue = values[:, 0] * (2 * math.pi / 10) - 3
        unused = torch.where(values[:, 2] == 0, 0.3, 2.0 + torch.sin(78.233 * index))
        return torch.stack([hue, unused, values[:, 1] / 6 + 0.1 * torch.sin(3.1 * index), values[:, 2] / 4], 1)

    every = scored(encode, circles=2)
    assert every.learnt[:, 1].any()
    used = scored(encode, circles=2, active=torch.tensor([True, False, True, True]))
    assert not used.learnt[:, 1].any()
    assert used.score == 1


def test_factors_of_one_value_do_not_vote():
    grid = Grid({"colour": 1, "hue": 10, "scale": 6})
    votes = scored(lambda index: grid.factors_of(index)[:, 1:] / SIZES[:2], grid)
    assert votes.score == 1
    assert not votes.learnt[0].any()


def test_what_cannot_be_voted_on_is_refused(made):
    table = made.noise(len(GRID), 3)
    with pytest.raises(ValueError, match="two factors at least that have more than one value"):
        scored(lambda index: table[index], Grid({"a": 5, "b": 1}))
    with pytest.raises(ValueError, match="NaN or infinity"):
        scored(lambda index: table[index] / 0)
    with pytest.raises(ValueError, match="encode: 240 codes for 10000 indices"):
        scored(lambda index: table)
    with pytest.raises(ValueError, match="judged=0: expected a whole number from 1 on"):
        factor_vae_votes(lambda index: table[index], GRID, judged=0)
    with pytest.raises(ValueError, match=r"active: expected a bool tensor \(3,\)"):
        scored(lambda index: table[index], active=torch.ones(2, dtype=torch.bool))
