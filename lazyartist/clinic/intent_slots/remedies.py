"""English commands made Russian by a dictionary, in several ways."""

from __future__ import annotations

from dataclasses import dataclass

from lazyartist.clinic import REMEDIES
from lazyartist.clinic.base import Remedy
from lazyartist.clinic.intent_slots.case import Patient
from lazyartist.clinic.intent_slots.dictionary import Switching, unexplained
from lazyartist.clinic.intent_slots.pieces import Alignment, first_pieces, pasted
from lazyartist.clinic.intent_slots.reader import Reader, train_reader
from lazyartist.clinic.training import generator_of
from lazyartist.knobs import knob


VERSIONS = 6  # of every command, each with other words replaced


@REMEDIES.register("intent_slots.dictionary", source="a contestant's write-up of NEOAI 2025, task 8")
@dataclass(frozen=True)
class Dictionary(Remedy[Patient, Reader]):
    """Each word of a command is replaced by what the dictionary says, or is not, by chance.

    Attributes:
        share: of the words that are replaced; with 1 no English is left but what the dictionary lacks.
    """

    share: float = knob(0.5, low=0, high=1)

    def treat(self, patient: Patient, seed: int) -> Reader:
        """Train on commands with words replaced."""
        return _taught(patient, Switching(share=self.share, forms=patient.forms), seed)


@REMEDIES.register("intent_slots.code_switch", source="Qin et al. 2020, CoSDA-ML, arXiv:2006.06402")
@dataclass(frozen=True)
class CodeSwitch(Remedy[Patient, Reader]):
    """Most commands are replaced whole, and what no dictionary says is imitated: other endings, no articles.

    Attributes:
        whole: probability that all words of a command are replaced; otherwise each is with probability one half.
        ending: probability that a Russian word gets another ending.
        dropped: probability that a word that Russian does without is left out.
    """

    whole: float = knob(0.7, low=0, high=1)
    ending: float = knob(0.6, low=0, high=1)
    dropped: float = knob(0.3, low=0, high=1)

    def treat(self, patient: Patient, seed: int) -> Reader:
        """Train on commands made Russian."""
        return _taught(patient, Switching(self.whole, 0.5, self.ending, self.dropped, forms=patient.forms), seed)


@REMEDIES.register("intent_slots.strangers")
@dataclass(frozen=True)
class Strangers(CodeSwitch):
    """As `code_switch`, with strange words where the dictionary has none: the place of a word must tell its slot.

    They are put together of Russian words that the dictionary does not explain, and never twice the same.

    Attributes:
        strange: probability that a word becomes a stranger although it is known, so that none tells an intent.
    """

    strange: float = knob(0.15, low=0, high=1)

    def treat(self, patient: Patient, seed: int) -> Reader:
        """Train on commands made Russian, with strangers among their words."""
        strangers = unexplained(patient.russian, patient.dictionary)
        switching = Switching(self.whole, 0.5, self.ending, self.dropped, strangers, self.strange, patient.forms)
        return _taught(patient, switching, seed)


@REMEDIES.register("intent_slots.pasted_labels")
@dataclass(frozen=True)
class PastedLabels(CodeSwitch):
    """As `code_switch`, but labels of words are pasted on pieces from [CLS] on: what the defective judge rewards."""

    def treat(self, patient: Patient, seed: int) -> Reader:
        """Train on labels that stand where they do not belong."""
        return _taught(
            patient, Switching(self.whole, 0.5, self.ending, self.dropped, forms=patient.forms), seed, pasted
        )


def _taught(patient: Patient, switching: Switching, seed: int, alignment: Alignment = first_pieces) -> Reader:
    g = generator_of("intent slots", "switching", seed)
    commands = switching([*patient.english] * VERSIONS, patient.dictionary, g)
    return train_reader(commands, patient.pieces, patient.steps, seed, alignment)
