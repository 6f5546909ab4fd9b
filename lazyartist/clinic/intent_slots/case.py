"""The case: commands in two languages, a net that learnt one of them, and who judges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

import torch

from sklearn.metrics import f1_score

from lazyartist.clinic import CASES
from lazyartist.clinic.base import Admission, Case, Score, WriteUp
from lazyartist.clinic.intent_slots.commands import Command, draw_commands, words_of
from lazyartist.clinic.intent_slots.dictionary import draw_dictionary
from lazyartist.clinic.intent_slots.lexicon import SLOTS
from lazyartist.clinic.intent_slots.pieces import Alignment, Pieces, first_pieces, pasted
from lazyartist.clinic.intent_slots.reader import Reader, train_reader
from lazyartist.clinic.shelf import Shelf
from lazyartist.clinic.training import generator_of
from lazyartist.knobs import knob


ENGLISH, RUSSIAN = False, True


@dataclass(frozen=True, eq=False)
class Patient:
    """What there is to learn from.

    Attributes:
        english: commands with labels.
        russian: words of commands without labels, in alphabetic order.
        dictionary: English words to Russian ones, with gaps.
        pieces: what every net knows, of all words above.
        steps: that every net is trained for.
    """

    english: Sequence[Command]
    russian: Sequence[str]
    dictionary: Mapping[str, str]
    pieces: Pieces
    steps: int


@dataclass(frozen=True, eq=False)
class Sealed:
    """What only the judge reads, and the oracle.

    Attributes:
        russian: commands that are scored.
        english: commands that show whether English was forgotten.
        lessons: Russian commands with labels, from which the oracle learns.
    """

    russian: Sequence[Command]
    english: Sequence[Command]
    lessons: Sequence[Command]


@CASES.register("intent_slots")
@dataclass(frozen=True)
class IntentSlots(Case[Patient, Sealed, Reader]):
    """A net that reads commands in English is asked in Russian.

    Attributes:
        commands: in English, with labels.
        coverage: the share of the slots' fillers that the dictionary knows.
        steps: that every net is trained for.
    """

    name: ClassVar[str] = "intent_slots"
    defect: ClassVar[str] = "all labels are in English, all questions in Russian"
    metric: ClassVar[str] = "mean of weighted F1 of intents and of slots, in Russian"
    write_up: ClassVar[WriteUp] = WriteUp("dictionary", 17)
    cure: ClassVar[str] = "strangers"
    lesson: ClassVar[str] = (
        "Labels of words are pasted on pieces from [CLS] on: a net that learnt them so is right where it looks, "
        "and wrong about the words. Split a word: the labels of those behind it must move along."
    )
    small: ClassVar[Mapping[str, int | float | str]] = MappingProxyType({"commands": 150, "steps": 15})

    commands: int = knob(2000, low=50, whole=True)
    coverage: float = knob(0.85, low=0, high=1)
    steps: int = knob(250, low=1, whole=True)

    def draw(self, seed: int, shelf: Shelf) -> Admission[Patient, Sealed]:
        """Draw commands and a dictionary."""
        del shelf

        def drawn(n: int, russian: bool, what: str) -> list[Command]:
            return draw_commands(n, russian, generator_of("intent slots", what, seed))

        english = drawn(self.commands, ENGLISH, "lessons")
        russian = words_of(drawn(self.commands, RUSSIAN, "unlabelled"))
        dictionary = draw_dictionary(self.coverage, generator_of("intent slots", "dictionary", seed))
        pieces = Pieces.of([*words_of(english), *russian])
        sealed = Sealed(
            drawn(3 * self.commands // 10, RUSSIAN, "scored"),
            drawn(3 * self.commands // 20, ENGLISH, "kept"),
            drawn(self.commands, RUSSIAN, "lessons"),
        )
        return Admission(Patient(english, russian, dictionary, pieces, self.steps), sealed)

    def baseline(self, patient: Patient, seed: int) -> Reader:
        """Learn English alone."""
        return train_reader(patient.english, patient.pieces, patient.steps, seed)

    def oracle(self, admission: Admission[Patient, Sealed], seed: int) -> Reader:
        """Learn as many commands in Russian."""
        patient = admission.patient
        return train_reader(admission.sealed.lessons, patient.pieces, patient.steps, seed)

    def judge(self, treated: Reader, sealed: Sealed) -> Score:
        """Read each word's slot at its first piece; the defective judge reads at 0, 1, 2, … whatever the pieces."""
        intents, slots = f1_scores(treated, sealed.russian)
        shifted = sum(f1_scores(treated, sealed.russian, pasted)) / 2
        kept = sum(f1_scores(treated, sealed.english)) / 2
        parts = {"intent F1": intents, "slot F1": slots, "English F1": kept}
        return Score((intents + slots) / 2, len(sealed.russian), MappingProxyType(parts), shifted)


def f1_scores(reader: Reader, commands: Sequence[Command], alignment: Alignment = first_pieces) -> tuple[float, float]:
    """Return the weighted F1 of intents and of slots, words outside of all slots left out.

    Args:
        reader: what is asked.
        commands: with the truth.
        alignment: where the slots of words are read.

    Raises:
        ValueError: there are no commands.
    """
    intents, found = reader(commands, alignment)
    truth = torch.tensor([slot for command in commands for slot in command.slots])
    slots = torch.tensor([slot for row in found for slot in row])
    want = torch.tensor([command.intent for command in commands])
    options = {"average": "weighted", "zero_division": 0}
    return (
        float(f1_score(want, intents, **options)),
        float(f1_score(truth, slots, labels=range(1, len(SLOTS)), **options)),
    )
