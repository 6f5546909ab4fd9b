"""The case: a model that writes formally, two detectors, a guard over contents, and who judges."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from torch import Tensor

from lazyartist.clinic import CASES
from lazyartist.clinic.base import Admission, Case, Score, WriteUp
from lazyartist.clinic.shelf import Shelf
from lazyartist.clinic.steering.detector import Detectors
from lazyartist.clinic.steering.grammar import REPORT, Texts, draw_prompts, draw_texts, intact, write_reports
from lazyartist.clinic.steering.model import LanguageModel, Writer, train_model
from lazyartist.clinic.training import fresh, generator_of
from lazyartist.knobs import knob
from lazyartist.sae.budget import SaeBudget


Write = Callable[[Tensor], Tensor]
"""Prompts (N, 7) to reports (N, 19)."""

CASUAL_SHARE = 0.1  # of the texts that the model learns from: it learns to write formally


@dataclass(frozen=True, eq=False)
class Patient:
    """What there is to steer, and to choose on.

    Attributes:
        model: writes formally.
        texts: as many casual as formal ones, with their style.
        prompts: (N, 7), to choose on.
        detectors: to choose by; the judge has others.
        budget: of sparse autoencoders.
    """

    model: LanguageModel
    texts: Texts
    prompts: Tensor
    detectors: Detectors
    budget: SaeBudget


@dataclass(frozen=True, eq=False)
class Sealed:
    """What only the judge reads.

    Attributes:
        prompts: (N, 7), to write on.
        detectors: learnt from texts of its own.
    """

    prompts: Tensor
    detectors: Detectors


@dataclass(frozen=True, eq=False)
class Person:
    """The oracle: writes casually by the rules of the language itself."""

    seed: int

    def __call__(self, prompts: Tensor) -> Tensor:
        """Return a report (N, 19) on each prompt (N, 7)."""
        casual = prompts.new_ones(len(prompts))
        return write_reports(prompts, casual, generator_of("steering", "person", self.seed))


@CASES.register("steering")
@dataclass(frozen=True)
class Steering(Case[Patient, Sealed, Write]):
    """A language model writes as no person does, and is to be steered without losing what it was to say.

    Attributes:
        texts: that the model learns from.
        steps: of 64 texts that it learns for.
        pairs: texts of both styles that a remedy is handed.
        questions: prompts of the judge; a remedy has half as many to choose on.
        sae_steps: of 256 vectors that a sparse autoencoder learns for.
    """

    name: ClassVar[str] = "steering"
    defect: ClassVar[str] = "the model writes formally, whatever it writes about"
    metric: ClassVar[str] = "share of reports that both detectors call human and whose contents are all in place"
    write_up: ClassVar[WriteUp] = WriteUp("", None)
    cure: ClassVar[str] = "difference_by_place"
    lesson: ClassVar[str] = (
        "A detector without a guard over what is said is won by casual gibberish: the strength that it likes best "
        "destroys the contents."
    )
    small: ClassVar[Mapping[str, int | float | str]] = MappingProxyType(
        {"texts": 100, "steps": 10, "pairs": 60, "questions": 20, "sae_steps": 10}
    )

    texts: int = knob(6000, low=64, whole=True)
    steps: int = knob(550, low=1, whole=True)
    pairs: int = knob(3000, low=20, whole=True)
    questions: int = knob(250, low=2, whole=True)
    sae_steps: int = knob(1000, low=1, whole=True)

    def draw(self, seed: int, shelf: Shelf) -> Admission[Patient, Sealed]:
        """Draw texts, and train the model and both pairs of detectors."""

        def drawn(n: int, casual: float, what: str) -> Texts:
            return draw_texts(n, casual, generator_of("steering", what, seed))

        def trained() -> dict[str, Tensor]:
            return train_model(drawn(self.texts, CASUAL_SHARE, "lessons").tokens, self.steps, seed).state_dict()

        model = fresh(LanguageModel, "steering", "shell")
        model.load_state_dict(shelf.keep("language model", seed, trained))
        prompts = (
            draw_prompts(n, generator_of("steering", what, seed))
            for n, what in ((self.questions // 2, "choosing"), (self.questions, "scored"))
        )
        detectors = (Detectors.fitted(drawn(self.pairs, 0.5, what)) for what in ("own detectors", "judge's detectors"))
        patient = Patient(
            model,
            drawn(self.pairs, 0.5, "pairs"),
            next(prompts),
            next(detectors),
            SaeBudget(self.sae_steps),
        )
        return Admission(patient, Sealed(next(prompts), next(detectors)))

    def baseline(self, patient: Patient, seed: int) -> Write:
        """Let it write."""
        return Writer(patient.model, seed)

    def oracle(self, admission: Admission[Patient, Sealed], seed: int) -> Write:
        """Let a person write."""
        del admission
        return Person(seed)

    def judge(self, treated: Write, sealed: Sealed) -> Score:
        """Ask both detectors, and guard the contents; the defective judge asks one detector and guards nothing."""
        human, kept, one = verdicts(treated, sealed.prompts, sealed.detectors)
        parts = {"called human": float(human.double().mean()), "contents kept": float(kept.double().mean())}
        good = float((human & kept).double().mean())
        return Score(good, len(human), MappingProxyType(parts), float(one.double().mean()))


def verdicts(write: Write, prompts: Tensor, detectors: Detectors) -> tuple[Tensor, Tensor, Tensor]:
    """Return of each report whether both detectors call it human, all contents are kept, one detector calls it human.

    Args:
        write: writes the reports.
        prompts: (N, 7).
        detectors: to be asked.

    Returns:
        Three of (N,) bool.

    Raises:
        ValueError: the reports are not (N, 19) words.
    """
    reports = write(prompts)
    if reports.shape != (len(prompts), len(REPORT)) or reports.dtype.is_floating_point:
        raise ValueError(
            f"reports of shape {tuple(reports.shape)}, {reports.dtype}: expected ({len(prompts)}, {len(REPORT)}) "
            "indices of words"
        )
    return detectors(reports), intact(prompts, reports), detectors.all_words(reports)
