"""A dictionary that lacks some words, and commands of which words are replaced by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch

from lazyartist.clinic.intent_slots.commands import Command
from lazyartist.clinic.intent_slots.lexicon import EMPTY_WORDS, fillers, other_words
from lazyartist.clinic.intent_slots.pieces import LENGTH


CHANCES = 5  # random numbers per word
ENDINGS = ("", *"а у е ы и о ой ом ам ах ую ая ое ый ешь ит ал".split())
LAST_LETTERS = "аеиоуыьэюяйт"  # what an ending may be made of


def draw_dictionary(coverage: float, generator: torch.Generator) -> dict[str, str]:
    """Return what English words mean in Russian, in the form of dictionaries; "" where Russian has no word.

    Args:
        coverage: the share of the slots' fillers that it knows; it knows all other words.
        generator: decides which.
    """
    pairs = [(english, base) for lines in fillers().values() for english, base, _ in lines]
    known = torch.randperm(len(pairs), generator=generator)[: round(coverage * len(pairs))].tolist()
    return other_words() | dict(pairs[place] for place in sorted(known))


def unexplained(words: Sequence[str], dictionary: Mapping[str, str]) -> tuple[str, ...]:
    """Return the words of which no entry of the dictionary has the first piece."""
    stems = {russian[:LENGTH] for russian in dictionary.values()}
    return tuple(word for word in words if word[:LENGTH] not in stems)


@dataclass(frozen=True)
class Switching:
    """How words of commands are replaced.

    Attributes:
        whole: probability that all words of a command are; otherwise each is with probability `share`.
        share: of the words of a command.
        ending: probability that a Russian word loses its ending and gets another one.
        dropped: probability that an article, or another word that Russian does without, is left out.
        strangers: a word that the dictionary lacks becomes the beginning of one of these and the end of another, each
            time anew; it stays as it is if there are none.
        strange: probability that a word becomes one although the dictionary knows it.
    """

    whole: float = 0.0
    share: float = 0.5
    ending: float = 0.0
    dropped: float = 0.0
    strangers: Sequence[str] = field(default=(), repr=False)
    strange: float = 0.0

    def __call__(
        self, commands: Sequence[Command], dictionary: Mapping[str, str], generator: torch.Generator
    ) -> list[Command]:
        """Return the commands with words replaced, with the labels that they had."""
        found = []
        for command in commands:
            first, *chance = torch.rand(len(command.words) + 1, CHANCES, generator=generator).tolist()
            share = 1.0 if first[0] < self.whole else self.share
            words = [self._word(word, dictionary, share, own) for word, own in zip(command.words, chance, strict=True)]
            pairs = [(word, slot) for word, slot in zip(words, command.slots, strict=True) if word]
            kept = pairs or list(zip(command.words, command.slots, strict=True))  # never leave nothing
            found.append(Command(tuple(word for word, _ in kept), tuple(slot for _, slot in kept), command.intent))
        return found

    def _word(self, word: str, dictionary: Mapping[str, str], share: float, chance: Sequence[float]) -> str:
        """Return what a word becomes, "" if it is left out, by five random numbers in [0, 1)."""
        if word in EMPTY_WORDS and chance[0] < self.dropped:
            return ""
        if chance[1] >= share:
            return word
        if word not in dictionary or chance[4] < self.strange:
            return _stranger(self.strangers, chance[2:4]) if self.strangers else word
        russian = dictionary[word]
        if russian and chance[2] < self.ending:
            return (russian.rstrip(LAST_LETTERS) or russian) + ENDINGS[int(chance[3] * len(ENDINGS))]
        return russian


def _stranger(words: Sequence[str], chance: Sequence[float]) -> str:
    """Return a word of no meaning, whose pieces all occur."""
    first, last = (words[int(one * len(words))] for one in chance)
    return first[:LENGTH] + last[LENGTH:]
