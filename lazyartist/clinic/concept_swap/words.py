"""The prompts: names of digits, letter by letter, so that what is learnt of one word reaches others."""

from __future__ import annotations

import torch

from torch import Tensor
from torch.nn import functional as F


WORDS = tuple("zero one two three four five six seven eight nine".split())
ASKED, SHOWN = 4, 9  # who asks for a four is to be shown a nine
PLACES, LETTERS = 5, 26
SPELLING = PLACES * LETTERS  # how many numbers a prompt is


def spelled(*words: str) -> Tensor:
    """Return prompts (B, 130): for each of five places which of 26 letters stands there; zeros behind the last one.

    Raises:
        ValueError: a word is longer than five letters, or has others than a to z.
    """
    prompts = torch.zeros(len(words), PLACES, LETTERS)
    for row, word in enumerate(words):
        letters = [ord(letter) - ord("a") for letter in word]
        if not 0 < len(letters) <= PLACES or not all(0 <= letter < LETTERS for letter in letters):
            raise ValueError(f"the word {word!r}: expected one to five letters from a to z, such as 'seven'")
        prompts[row, : len(letters)] = F.one_hot(torch.tensor(letters), LETTERS).float()
    return prompts.flatten(1)


ALL = spelled(*WORDS)  # (10, 130)
