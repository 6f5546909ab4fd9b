"""What may fill broken rows of a table of embeddings, and nothing else: no gradient, no label."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import torch

from torch import Tensor

from lazyartist.clinic import REMEDIES
from lazyartist.clinic.base import Remedy
from lazyartist.clinic.broken_embeddings.case import Mended, Patient
from lazyartist.clinic.broken_embeddings.descriptors import ngram_vectors, text_vectors
from lazyartist.clinic.broken_embeddings.finding import find_by_agreement, find_by_norm
from lazyartist.clinic.broken_embeddings.ridge import ridge_rows
from lazyartist.clinic.broken_embeddings.spelling import form_descriptors, mean_rows
from lazyartist.knobs import knob


@dataclass(frozen=True)
class Fill(Remedy[Patient, Mended]):
    """Find broken rows, and fill these: how, is said by subclasses."""

    def treat(self, patient: Patient, seed: int) -> Mended:
        """Return the table with other rows where broken ones were found, and every other row as it was, to the bit."""
        found = find_broken(patient, seed)
        table = patient.table.clone()
        if found.any():
            table[found] = self.rows(patient, found, seed)[found]
        return Mended(table, found)

    @abstractmethod
    def rows(self, patient: Patient, found: Tensor, seed: int) -> Tensor:
        """Return a row for every token, (V, D)."""


def find_broken(patient: Patient, seed: int) -> Tensor:
    """Return which rows are broken, (V,) bool: those next to zero; where there are none, those that do not belong."""
    empty = find_by_norm(patient.table) & patient.spelling.ordinary
    if empty.any():
        return empty
    return find_by_agreement(patient.spelling, patient.table, descriptors_of(patient), seed)


def descriptors_of(patient: Patient, size: int = 300) -> Tensor:
    """Return what is known of tokens beside the table, (V, P): their letters, and their company in unlabelled texts."""
    size = _fitting(size, patient)
    spelt = ngram_vectors(patient.spelling.tokens, size)
    return torch.cat([spelt, text_vectors(patient.text, len(patient.table), size)], 1)


def _fitting(size: int, patient: Patient) -> int:
    """Return the size of vectors that there are tokens enough for: a small vocabulary has little to say."""
    return min(size, len(patient.table) // 10)


@REMEDIES.register("broken_embeddings.mean_row")
@dataclass(frozen=True)
class MeanRow(Fill):
    """Put the mean of the intact rows into every broken one: what is gained by no longer being zero."""

    def rows(self, patient: Patient, found: Tensor, seed: int) -> Tensor:
        """Return the same row for every token."""
        del seed
        return patient.table[~found].mean(0).expand_as(patient.table)


@REMEDIES.register("broken_embeddings.pieces", source="a contestant's write-up, NEOAI 2025")
@dataclass(frozen=True)
class Pieces(Fill):
    """The write-up's: cut each broken token into shorter ones that are intact, and take the mean of their rows."""

    def rows(self, patient: Patient, found: Tensor, seed: int) -> Tensor:
        """Return the mean of the pieces of each broken token; 0 where there are none."""
        del seed
        broken = found.nonzero()[:, 0]
        rows = torch.zeros_like(patient.table)
        rows[broken] = mean_rows(patient.table, patient.spelling.pieces(~found, broken))[0]
        return rows


@REMEDIES.register("broken_embeddings.twins")
@dataclass(frozen=True)
class Twins(Pieces):
    """Take the mean of other forms of the word, "walked" of "walks"; of its pieces where there are none."""

    def rows(self, patient: Patient, found: Tensor, seed: int) -> Tensor:
        """Return the mean of the twins of each broken token."""
        rows, broken = super().rows(patient, found, seed), found.nonzero()[:, 0]
        means, there = mean_rows(patient.table, patient.spelling.twins(~found, broken))
        rows[broken[there]] = means[there]
        return rows


@REMEDIES.register("broken_embeddings.text")
@dataclass(frozen=True)
class Text(Fill):
    """Ridge regression from the company that a token keeps in unlabelled texts to its row, fitted on intact rows.

    Attributes:
        size: of the vectors of company, and of those of letters.
        emphasis: rows count by their tokens' frequency to this power: those that many texts need, more.
    """

    size: int = knob(300, low=2, whole=True)
    emphasis: float = knob(0.25, low=0.0, high=1.0)

    def rows(self, patient: Patient, found: Tensor, seed: int) -> Tensor:
        """Return what the regression predicts."""
        frequency = torch.bincount(patient.text.ids, minlength=len(patient.table)).float()
        weights = (1 + frequency) ** self.emphasis
        return ridge_rows(self.descriptors(patient, found), patient.table, ~found, seed, weights).rows

    def descriptors(self, patient: Patient, found: Tensor) -> Tensor:
        """Return what is known of every token, (V, P)."""
        del found
        return text_vectors(patient.text, len(patient.table), _fitting(self.size, patient))


@REMEDIES.register("broken_embeddings.ridge")
@dataclass(frozen=True)
class Everything(Text):
    """As `text`, with the letters of a token, its pieces and its other forms among what its row is predicted from."""

    def descriptors(self, patient: Patient, found: Tensor) -> Tensor:
        """Return what is known of every token, (V, P)."""
        forms = form_descriptors(patient.spelling, patient.table, ~found)
        return torch.cat([descriptors_of(patient, self.size), forms], 1)


@REMEDIES.register("broken_embeddings.donor")
@dataclass(frozen=True)
class WithDonor(Text):
    """As `text`, with another language model's embeddings of the same words among what a row is predicted from."""

    libraries: ClassVar[tuple[str, ...]] = ("gguf",)

    def descriptors(self, patient: Patient, found: Tensor) -> Tensor:
        """Return what is known of every token, (V, P)."""
        return torch.cat([super().descriptors(patient, found), patient.donor.descriptors(patient.spelling.tokens)], 1)
