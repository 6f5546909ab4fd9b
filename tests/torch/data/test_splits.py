"""Splits: the words that people use for them, and those that are drawn."""

import numpy as np
import pytest
import torch

from lazyartist.data.splits import drawn_splits, given_splits, is_unused, split_of


LABELS = torch.tensor([0] * 50 + [1] * 20 + [2] * 3)
NAMES = ("cat", "dog", "emu")


@pytest.mark.parametrize(
    ("word", "split"),
    [
        *[("train", "train"), (" Training ", "train"), (0, "train"), ("0", "train"), (0.0, "train"), ("0.0", "train")],
        *[("VAL", "easy"), ("validation", "easy"), ("dev", "easy"), (1, "easy"), ("test", "test"), (2, "test")],
        *[("tarin", ""), ("", ""), (None, ""), (3, ""), ("id_test", "")],
    ],
)
def test_words_of_splits_are_known(word, split):
    assert split_of(word) == split


def test_what_a_task_has_no_place_for_is_known_too():
    assert is_unused("id_test")
    assert not is_unused("test")


def test_splits_are_drawn_class_by_class_and_by_seed(processor):
    processor("splits are drawn there, and then moved")
    splits = drawn_splits(LABELS, NAMES, 0)
    for label, (train, easy, test) in enumerate([(30, 10, 10), (12, 4, 4), (1, 1, 1)]):
        own = splits[torch.eq(LABELS, label).cpu().numpy()].tolist()
        assert [own.count(part) for part in ("train", "easy", "test")] == [train, easy, test]
    assert np.array_equal(splits, drawn_splits(LABELS, NAMES, 0))
    assert not np.array_equal(splits, drawn_splits(LABELS, NAMES, 1))
    with pytest.raises(
        ValueError, match=r"the class emu has too few images \(2\) to draw train, easy, test from: bring more"
    ):
        drawn_splits(LABELS[:-1], NAMES, 0)


def test_given_splits_stay_and_validation_is_drawn_from_training_where_there_is_none(processor):
    processor("splits are drawn there, and then moved")
    words = ["train", "test"] * 35 + ["train", "train", "test"]
    splits = given_splits(words, LABELS, NAMES, 0)
    assert ((splits == "test") == (np.array(words) == "test")).all()
    for label, easy in enumerate((5, 2, 1)):
        assert (splits[torch.eq(LABELS, label).cpu().numpy()] == "easy").sum() == easy
    complete = [*words[:-1], "easy"]
    assert given_splits(complete, LABELS, NAMES, 0).tolist() == complete
    with pytest.raises(ValueError, match=r"no image is of the split test \(test or testing .*expected train \(or 0\)"):
        given_splits(["train", "easy", "train"], torch.tensor([0, 1, 1]), NAMES, 0)
    with pytest.raises(ValueError, match=r"the class cat has too few images \(1\) to draw train, easy from"):
        given_splits(["train", "test", "train", "train"], torch.tensor([0, 0, 1, 1]), NAMES, 0)
