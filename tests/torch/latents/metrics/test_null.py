import pytest
import torch

from lazyartist.latents.metrics.mig import mig
from lazyartist.latents.metrics.null import null, shuffled


def test_rows_stay_whole(made):
    factors = torch.arange(100)[:, None] * torch.tensor([1, 10])
    found = shuffled(factors, 3)
    assert not torch.equal(found, factors)
    assert torch.equal(found[:, 1], 10 * found[:, 0])
    assert torch.equal(found[:, 0].sort()[0], factors[:, 0])
    assert torch.equal(found, shuffled(factors, 3))
    assert not torch.equal(found, shuffled(factors, 4))


def test_a_perfect_code_is_far_above_what_chance_gives(made):
    factors = made.drawn(1000, 8, 5)
    chances = null(lambda v: mig(factors.double(), v), factors, repeats=8)
    assert chances.shape == (8,)
    assert len(set(chances.tolist())) == 8
    assert 0 < chances.mean() < 0.05
    assert mig(factors.double(), factors) > 0.9
    assert torch.equal(chances, null(lambda v: mig(factors.double(), v), factors, repeats=8))


def test_no_repeats_are_refused(made):
    for wrong in (0, 1.5, "three"):
        with pytest.raises(ValueError, match="repeats="):
            null(lambda v: 0.0, made.drawn(5, 2), repeats=wrong)
