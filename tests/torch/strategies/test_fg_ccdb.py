"""The biased model's predictions, and the images that it is surest of."""

import pytest
import torch

from lazyartist.strategies.fg_ccdb import FgCcdb, surest
from lazyartist.training.budget import Budget
from lazyartist.training.fit import fit


def test_the_most_confident_of_each_predicted_class_are_kept():
    logits = torch.tensor([[3.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 2.0], [0.0, 3.0], [0.0, 0.5]])
    assert surest(logits, 0.5).tolist() == [1, 0, 0, 1, 1, 0]


def test_where_each_share_is_rounded_to_none_the_most_confident_is_kept():
    assert surest(torch.tensor([[1.0, 0.0], [0.0, 2.0]]), 0.1).tolist() == [0, 1]


@pytest.mark.parametrize("part", [0.001, 1])
def test_a_small_first_part_has_one_image_at_least(family, part):
    fit(FgCcdb(part=part), family(2, 2, 16, 16), "simple_cnn:width=2", budget=Budget(epochs=0.5, batch_size=16))
