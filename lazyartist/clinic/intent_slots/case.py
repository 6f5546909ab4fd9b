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
from lazyartist.clinic.intent_slots.dictionary import RUSSIAN as RUSSIAN_FORMS
from lazyartist.clinic.intent_slots.dictionary import Forms, draw_dictionary, forms_of
from lazyartist.clinic.intent_slots.own_sentences import OwnSentences, own_sentences
from lazyartist.clinic.intent_slots.pieces import Alignment, Pieces, first_pieces, pasted
from lazyartist.clinic.intent_slots.reader import Reader, train_reader
from lazyartist.clinic.shelf import Shelf
from lazyartist.clinic.training import generator_of
from lazyartist.knobs import knob


ENGLISH, RUSSIAN = False, True
KEPT, SCORED = 0.15, 0.3  # of the user's sentences in each language: those that the judge asks


@dataclass(frozen=True, eq=False)
class Patient:
    """What there is to learn from.

    Attributes:
        english: commands with labels.
        russian: words of commands without labels, in alphabetic order.
        dictionary: English words to Russian ones, with gaps.
        pieces: what every net knows, of all words above, and the names of labels.
        steps: that every net is trained for.
        forms: endings of Russian words, and the English ones that Russian does without.
    """

    english: Sequence[Command]
    russian: Sequence[str]
    dictionary: Mapping[str, str]
    pieces: Pieces
    steps: int
    forms: Forms = RUSSIAN_FORMS


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
        data: a folder of sentences of your own, see `own_sentences`, in any two languages, which stand for English and
            Russian; by default commands are drawn.
        commands: in English, with labels, where they are drawn; of your own all are used.
        coverage: the share of the slots' fillers that the dictionary knows; your own is as it is.
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

    data: str = ""
    commands: int = knob(2000, low=50, whole=True)
    coverage: float = knob(0.85, low=0, high=1)
    steps: int = knob(250, low=1, whole=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "data", str(self.data))  # a folder may be called 2024

    def fingerprint(self) -> str:
        """Return a digest of the user's sentences; "" where commands are drawn."""
        return own_sentences(self.data).fingerprint if self.data else ""

    def draw(self, seed: int, shelf: Shelf) -> Admission[Patient, Sealed]:
        """Draw commands and a dictionary, or deal the user's sentences.

        Raises:
            ValueError: the user's files cannot be used; names file and line.
        """
        del shelf
        if self.data:
            return self._dealt(own_sentences(self.data), seed)

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

    def _dealt(self, own: OwnSentences, seed: int) -> Admission[Patient, Sealed]:
        """Deal sentences: some are scored, and the labels of those that are not are for the oracle alone."""

        def dealt(commands: Sequence[Command], share: float, what: str) -> tuple[list[Command], list[Command]]:
            order = torch.randperm(len(commands), generator=generator_of("intent slots", "own", what, seed)).tolist()
            cut = round(share * len(order))
            return [commands[place] for place in order[cut:]], [commands[place] for place in order[:cut]]

        english, kept = dealt(own.taught, KEPT, "taught")
        lessons, scored = dealt(own.asked, SCORED, "asked")
        russian = words_of(lessons)
        pieces = Pieces.of([*words_of(english), *russian], own.intents, own.slots)
        forms = forms_of(own.dictionary, russian)
        return Admission(
            Patient(english, russian, own.dictionary, pieces, self.steps, forms), Sealed(scored, kept, lessons)
        )

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
    truth = [slot for command in commands for slot in command.slots]
    slots = [slot for row in found for slot in row]
    want = [command.intent for command in commands]
    options = {"average": "weighted", "zero_division": 0}
    return (
        float(f1_score(want, intents.tolist(), **options)),
        float(f1_score(truth, slots, labels=range(1, len(reader.pieces.slots)), **options)),
    )
