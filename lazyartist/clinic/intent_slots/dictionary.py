"""A dictionary that lacks some words, and commands of which words are replaced by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

import torch

from lazyartist.clinic.intent_slots.commands import Command
from lazyartist.clinic.intent_slots.lexicon import EMPTY_WORDS, fillers, other_words
from lazyartist.clinic.intent_slots.pieces import LENGTH


CHANCES = 5  # random numbers per word
LONGEST, MOST = 3, 16  # letters of an ending; endings that are looked for


@dataclass(frozen=True)
class Forms:
    """How what is said differs from what a dictionary says.

    Attributes:
        silent: words that the other language does without.
        endings: of its words, none at all among them.
        letters: what an ending may be made of; "" where only `endings` are known to be any.
    """

    silent: frozenset[str]
    endings: tuple[str, ...]
    letters: str = ""

    def stem(self, word: str) -> str:
        """Return a word without its ending."""
        if self.letters:
            return word.rstrip(self.letters) or word
        ends = [end for end in self.endings if word.endswith(end) and len(word) - len(end) >= LENGTH]
        return word.removesuffix(max(ends, key=len, default=""))


RUSSIAN = Forms(EMPTY_WORDS, ("", *"а у е ы и о ой ом ам ах ую ая ое ый ешь ит ал".split()), "аеиоуыьэюяйт")


def forms_of(dictionary: Mapping[str, str], words: Sequence[str]) -> Forms:
    """Return the forms of a language of which only a dictionary and words are known.

    An ending is what a word has where a meaning in the dictionary that begins with the same letters, three or more, has
    another; the commonest are taken.

    Args:
        dictionary: words to their meanings, "" where there is none.
        words: of the language, as they are said.
    """
    meanings: dict[str, list[str]] = {}
    for meaning in sorted(set(dictionary.values())):
        meanings.setdefault(meaning[:LENGTH], []).append(meaning)
    found: Counter[str] = Counter()
    for word in words:
        for meaning in meanings.get(word[:LENGTH], ()):
            alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(word, meaning, strict=False)))
            if alike >= LENGTH and word != meaning and max(len(word), len(meaning)) - alike <= LONGEST:
                found.update(end for end in (word[alike:], meaning[alike:]) if end)
    commonest = sorted(found, key=lambda ending: (-found[ending], ending))[:MOST]
    return Forms(frozenset(word for word, meaning in dictionary.items() if not meaning), ("", *commonest))


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
        forms: what endings there are, and which words are left out.
    """

    whole: float = 0.0
    share: float = 0.5
    ending: float = 0.0
    dropped: float = 0.0
    strangers: Sequence[str] = field(default=(), repr=False)
    strange: float = 0.0
    forms: Forms = RUSSIAN

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
        if word in self.forms.silent and chance[0] < self.dropped:
            return ""
        if chance[1] >= share:
            return word
        if word not in dictionary or chance[4] < self.strange:
            return _stranger(self.strangers, chance[2:4]) if self.strangers else word
        russian = dictionary[word]
        if russian and chance[2] < self.ending:
            return self.forms.stem(russian) + self.forms.endings[int(chance[3] * len(self.forms.endings))]
        return russian


def _stranger(words: Sequence[str], chance: Sequence[float]) -> str:
    """Return a word of no meaning, whose pieces all occur."""
    first, last = (words[int(one * len(words))] for one in chance)
    return first[:LENGTH] + last[LENGTH:]
