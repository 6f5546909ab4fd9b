"""The hidden square."""

import pytest
import torch

from lazyartist.strategies.cutout import Cutout, occlude
from lazyartist.training.budget import Budget
from lazyartist.training.fit import fit


def test_one_square_wholly_inside_is_hidden(generator):
    hidden = occlude(torch.ones(20, 3, 28, 28), 12, generator()) == 0
    assert hidden.sum((2, 3)).unique().tolist() == [144]
    assert (occlude(torch.ones(2, 3, 8, 8), 12, generator()) == 0).all()


@pytest.mark.parametrize(
    ("side", "height", "width", "largest"),
    [(100, 28, 28, 27), (28, 28, 28, 27), (17, 16, 24, 16), (25, 24, 16, 16)],
)
def test_a_square_that_hides_all_is_refused(family, side, height, width, largest):
    words = f"side={side}: expected a whole number from 1, up to {largest}, since the images have {height} × {width}"
    with pytest.raises(ValueError, match=words):
        fit(Cutout(side=side), family(2, 2, height, width), budget=Budget(batch_size=16))


def test_the_largest_square_that_leaves_something_is_taken(family):
    short = Budget(epochs=0.25, batch_size=16)
    assert fit(Cutout(side=16), family(2, 2, 16, 24), "simple_cnn:width=2", budget=short).steps == 1
    assert fit(Cutout(side=15), family(2, 2, 16, 16), "simple_cnn:width=2", budget=short).steps == 1
