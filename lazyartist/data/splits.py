"""What each of your own images is for: read from the words that people use, or drawn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from numpy.typing import NDArray
from torch import Generator, Tensor

from lazyartist.seeding import seed_from


# words of the field, and its numbers, as on Waterbirds and CelebA
WORDS = {
    "train": ("train", "training", "tr", "0"),
    "easy": ("easy", "val", "valid", "validation", "dev", "1"),
    "test": ("test", "testing", "te", "2"),
}
SPLIT_OF = {word: split for split, words in WORDS.items() for word in words}
UNUSED = ("id_val", "id_test", "unlabeled", "extra")  # splits of WILDS and others that a task has no place for
EXPECTED = "train (or 0), val (1), test (2)"

Words = NDArray[np.str_]


def split_of(word: object) -> str:
    """Return what a word of a split column means: "train", "easy" (validation), "test"; "" for nothing known."""
    return SPLIT_OF.get(str(word).strip().lower().removesuffix(".0"), "")


def is_unused(word: object) -> bool:
    """Is it a split that is known, and that a task has no place for?"""
    return str(word).strip().lower() in UNUSED


def given_splits(words: Sequence[str], labels: Tensor, names: Sequence[str], seed: int) -> Words:
    """Return the splits (N,) of images that come with them; without validation images, a fifth of training's are drawn.

    Args:
        words: (N,) "train", "easy" or "test".
        labels: (N,) int64, classes.
        names: of the classes, for messages.
        seed: of what is drawn.

    Raises:
        ValueError: there are no training or no test images, or a class has too few to draw from.
    """
    splits = np.array(words, dtype="<U5")
    if missing := [f"{name} ({' or '.join(WORDS[name])})" for name in ("train", "test") if name not in words]:
        raise ValueError(
            f"no image is of the split {' or '.join(missing)}: expected {EXPECTED}; or leave out what says the splits, "
            "and they are drawn"
        )
    if "easy" not in words:
        training = np.flatnonzero(splits == "train")
        splits[training] = _drawn(labels[torch.from_numpy(training)], names, seed, ("easy",))
    return splits


def drawn_splits(labels: Tensor, names: Sequence[str], seed: int) -> Words:
    """Return splits (N,) for images that come without: of each class 60 % train, 20 % easy and 20 % test.

    Args:
        labels: (N,) int64, classes.
        names: of the classes, for messages.
        seed: of the draw.

    Raises:
        ValueError: a class has fewer than three images.
    """
    return _drawn(labels, names, seed, ("easy", "test"))


def _drawn(labels: Tensor, names: Sequence[str], seed: int, parts: Sequence[str]) -> Words:
    """Draw a fifth of each class for each of the parts; the rest is for training."""
    splits = np.full(len(labels), "train", dtype="<U5")
    generator = Generator().manual_seed(seed_from("splits of own images", seed))
    for label, count in enumerate(torch.bincount(labels).tolist()):
        if 0 < count <= len(parts):
            raise ValueError(
                f"the class {names[label]} has too few images ({count}) to draw {', '.join(('train', *parts))} from: "
                "bring more, or say the split of each image"
            )
        members = (labels == label).nonzero()[:, 0]
        members = members[torch.randperm(count, generator=generator)]
        words = [part for part in parts for _ in range(max(1, count // 5))] if count else []
        splits[members[: len(words)].numpy()] = words
    return splits
