"""Which edit? Several are tried on prompts of the patient's own, and the best is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import torch

from torch import Tensor

from lazyartist.clinic.steering.case import Patient, verdicts
from lazyartist.clinic.steering.grammar import CASUAL, PROMPT
from lazyartist.clinic.steering.model import Edit, Writer
from lazyartist.inference import evaluating


LAYERS = (1, 2)  # after the second block and the last

Setting = tuple[int, Edit]
"""After which block, and what is done there."""


@dataclass(frozen=True, eq=False)
class Streams:
    """The residual stream of texts after one block, where its words are chosen.

    Attributes:
        casual: (N, T, D), of casual texts.
        formal: (M, T, D), of formal ones.
    """

    casual: Tensor
    formal: Tensor

    @property
    def difference(self) -> Tensor:
        """(T, D), how much further the mean of casual texts is, at each place."""
        return self.casual.mean(0) - self.formal.mean(0)


def streams(patient: Patient) -> list[Streams]:
    """Return the residual stream of the patient's texts after each block."""
    texts = patient.texts
    with evaluating(patient.model), torch.no_grad():
        passed = [x[:, PROMPT - 1 : -1].clone() for x in patient.model.residuals(texts.tokens)]
    casual = texts.style == CASUAL
    return [Streams(x[casual], x[~casual]) for x in passed]


def choose(settings: Iterable[Setting], patient: Patient, seed: int, *, guarded: bool = True) -> Writer:
    """Return a writer with the setting that does best on the patient's own prompts, the last of the best.

    Args:
        settings: to be tried.
        patient: with prompts and detectors to choose by.
        seed: of the writing.
        guarded: must contents be kept? Only the detectors count if not.
    """
    tried = list(_tried(settings, patient, seed, guarded))
    return max(reversed(tried), key=lambda found: found[0])[1]


def _tried(settings: Iterable[Setting], patient: Patient, seed: int, guarded: bool) -> Iterator[tuple[int, Writer]]:
    for layer, edit in settings:
        writer = Writer(patient.model, seed, edit, layer)
        human, kept, _ = verdicts(writer, patient.prompts, patient.detectors)
        yield int((human & kept if guarded else human).sum()), writer
