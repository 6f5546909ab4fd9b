"""Commands: words with a slot each, and an intent; drawn from templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from lazyartist.clinic.intent_slots.lexicon import INTENTS, SLOTS, TEMPLATES, fillers


@dataclass(frozen=True)
class Command:
    """What somebody says.

    Attributes:
        words: in lower case.
        slots: of each word, an index into `lexicon.SLOTS`; 0 is outside of all slots.
        intent: an index into `lexicon.INTENTS`.
    """

    words: tuple[str, ...]
    slots: tuple[int, ...]
    intent: int

    def __post_init__(self) -> None:
        if not self.words or len(self.words) != len(self.slots):
            raise ValueError(f"{self.words}: expected a slot for each word and one word at least, got {self.slots}")


def draw_commands(n: int, russian: bool, generator: torch.Generator) -> list[Command]:
    """Draw n commands: intent, template and fillers all by chance.

    Args:
        n: how many.
        russian: in Russian, or in English?
        generator: of the chance.
    """
    known, found = fillers(), []
    for _ in range(n):
        intent = _pick(len(INTENTS), generator)
        templates = TEMPLATES[INTENTS[intent]][russian]
        words, slots = [], []
        for word in templates[_pick(len(templates), generator)].split():
            slot = word.strip("{}").lower() if word.startswith("{") else ""
            if slot:
                english, base, inflected = known[slot][_pick(len(known[slot]), generator)]
                word = (inflected if word.isupper() else base) if russian else english
            words.append(word)
            slots.append(SLOTS.index(slot) if slot else 0)
        found.append(Command(tuple(words), tuple(slots), intent))
    return found


def words_of(commands: Sequence[Command]) -> list[str]:
    """Return every word of the commands once, in alphabetic order."""
    return sorted({word for command in commands for word in command.words})


def _pick(n: int, generator: torch.Generator) -> int:
    return int(torch.randint(n, (), generator=generator))
