"""Words cut into pieces, and the two ways to tell which piece carries the label of which word."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import torch

from torch import Tensor

from lazyartist.clinic.intent_slots.commands import Command
from lazyartist.clinic.intent_slots.lexicon import INTENTS, SLOTS


PAD, UNKNOWN, CLS = range(3)  # what stands before all pieces: nothing, a piece that is not in the vocabulary, the start
LENGTH = 3  # letters per piece: forms of a Russian word share their first ones
IGNORED = -100  # the label of what is no word, which cross_entropy passes over

Alignment = Callable[[Sequence[int]], list[int]]
"""How many pieces each word of a command has, to the position at which each word's label is read; 0 is [CLS]."""


def cut(word: str) -> list[str]:
    """Return a word's pieces; all but the first begin with ##."""
    return [("##" if start else "") + word[start : start + LENGTH] for start in range(0, len(word), LENGTH)]


@dataclass(frozen=True, eq=False)
class Pieces:
    """What every net knows: pieces, and the labels that it chooses from.

    Attributes:
        index: of each piece.
        intents: their names.
        slots: their names, that of what is outside of all slots first.
    """

    index: dict[str, int]
    intents: Sequence[str] = INTENTS
    slots: Sequence[str] = SLOTS

    @classmethod
    def of(cls, words: Iterable[str], intents: Sequence[str] = INTENTS, slots: Sequence[str] = SLOTS) -> Pieces:
        """Return the pieces of words, with labels."""
        known = sorted({piece for word in words for piece in cut(word)})
        return cls({piece: place + CLS + 1 for place, piece in enumerate(known)}, intents, slots)

    def __len__(self) -> int:
        """How many there are, with those that stand for nothing, the unknown and the start."""
        return len(self.index) + CLS + 1

    def of_word(self, word: str) -> list[int]:
        """Return the indices of a word's pieces."""
        return [self.index.get(piece, UNKNOWN) for piece in cut(word)]


@dataclass(frozen=True, eq=False)
class Encoded:
    """Commands as a net reads them.

    Attributes:
        pieces: (N, L) int64; [CLS] first, then the pieces of all words, then nothing.
        labels: (N, L) int64, the slot that is to be read at each position; `IGNORED` where none is.
        intents: (N,) int64.
    """

    pieces: Tensor
    labels: Tensor
    intents: Tensor


def first_pieces(lengths: Sequence[int]) -> list[int]:
    """Return where each word begins: its label is read there, as Devlin et al. 2018 do."""
    return [1 + sum(lengths[:word]) for word in range(len(lengths))]


def pasted(lengths: Sequence[int]) -> list[int]:
    """Return 0, 1, 2, …: labels of words pasted on pieces from [CLS] on, as if every word were one piece."""
    return list(range(len(lengths)))


def keeps_to_words(alignment: Alignment, lengths: Sequence[int]) -> bool:
    """Tell whether labels stay at their words when a word is split into one more piece.

    What comes after that word must move by one, what comes before must stay.
    """
    before = alignment(lengths)
    for split in range(len(lengths)):
        longer = [length + (word == split) for word, length in enumerate(lengths)]
        if alignment(longer) != [place + (word > split) for word, place in enumerate(before)]:
            return False
    return True


def encode(commands: Sequence[Command], pieces: Pieces, alignment: Alignment = first_pieces) -> Encoded:
    """Return commands as tensors, their labels where the alignment has them.

    Raises:
        ValueError: there are no commands.
    """
    if not commands:
        raise ValueError("commands: expected one at least, there are none to read")
    cuts = [[pieces.of_word(word) for word in command.words] for command in commands]
    rows = [[CLS, *(piece for word in words for piece in word)] for words in cuts]
    shape = len(rows), max(map(len, rows))
    read, labels = torch.full(shape, PAD), torch.full(shape, IGNORED)
    for row, (command, words) in enumerate(zip(commands, cuts, strict=True)):
        read[row, : len(rows[row])] = torch.tensor(rows[row])
        labels[row, alignment([len(word) for word in words])] = torch.tensor(command.slots)
    return Encoded(read, labels, torch.tensor([command.intent for command in commands]))
