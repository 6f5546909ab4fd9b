"""The case: an encoder, its broken table, texts without labels to learn from, and the judge."""

from __future__ import annotations

import hashlib

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar

import torch

from torch import Tensor

from lazyartist.clinic import CASES
from lazyartist.clinic.base import Admission, Case, Score, WriteUp
from lazyartist.clinic.broken_embeddings.damage import DAMAGES, broken_table
from lazyartist.clinic.broken_embeddings.donor import Donor, SmolLM2
from lazyartist.clinic.broken_embeddings.encoders import Encoder, minilm, read_encoder
from lazyartist.clinic.broken_embeddings.glosses import Texts, glosses
from lazyartist.clinic.broken_embeddings.probe import Probe, refitted_f1
from lazyartist.clinic.broken_embeddings.sentences import Sentences
from lazyartist.clinic.broken_embeddings.spelling import Spelling
from lazyartist.clinic.broken_embeddings.tiny import tiny_language
from lazyartist.clinic.shelf import Shelf
from lazyartist.clinic.training import generator_of
from lazyartist.knobs import knob


@dataclass(frozen=True, eq=False)
class Patient:
    """A broken table, and what is known of its tokens. The network behind the table is not there to be trained.

    Attributes:
        table: (V, D), some rows of which are broken; which ones is not said.
        spelling: of the tokens.
        text: unlabelled texts of the kind that is judged, but none of those.
        donor: another model's embeddings.
    """

    table: Tensor
    spelling: Spelling
    text: Sentences
    donor: Donor


@dataclass(frozen=True, eq=False)
class Sealed:
    """What the judge and the oracle alone read.

    Attributes:
        encoder: with its table as it was trained.
        broken: (V,) bool, which rows were broken.
        texts: to be judged on.
        labels: (N,) int64, their classes.
        classes: the names of the classes.
        probe: reads the class from the vectors of the encoder that was never broken; nobody trains it again.
    """

    encoder: Encoder
    broken: Tensor
    texts: Sentences
    labels: Tensor
    classes: Sequence[str]
    probe: Probe


@dataclass(frozen=True, eq=False)
class Mended:
    """A table after a treatment.

    Attributes:
        table: (V, D).
        found: (V,) bool, the rows that were taken for broken, which alone may be others than before.
    """

    table: Tensor
    found: Tensor


@CASES.register("broken_embeddings")
@dataclass(frozen=True)
class BrokenEmbeddings(Case[Patient, Sealed, Mended]):
    """Two fifths of an encoder's token embeddings are zero; no weight but these rows may be touched, and no label read.

    Attributes:
        encoder: "minilm", which needs `pip install lazyartist[clinic]`; "tiny", which needs nothing; or the folder of a
            Hugging Face encoder.
        damage: "zeros"; or "noise" or "permuted", where the broken rows have to be found first.
        share: of the vocabulary that is broken, special tokens aside.
        train: texts of each class that the probe was trained on.
        test: texts of each class to be judged on.
    """

    name: ClassVar[str] = "broken_embeddings"
    defect: ClassVar[str] = (
        "40 % of a sentence encoder's token embeddings are lost; what reads its vectors stays as it is"
    )
    metric: ClassVar[str] = "macro-F1 of a frozen probe"
    write_up: ClassVar[WriteUp] = WriteUp("pieces", 75)
    cure: ClassVar[str] = "donor"
    lesson: ClassVar[str] = (
        "It trains a new probe on the broken model's vectors. That measures what could be read from them, not what "
        "those read who rely on the model: even a table of shuffled rows, a mere bag of words, passes for half healthy."
    )
    small: ClassVar[Mapping[str, int | float | str]] = MappingProxyType({"encoder": "tiny", "train": 40, "test": 40})
    libraries: ClassVar[tuple[str, ...]] = ("transformers", "tokenizers")

    encoder: str = "minilm"
    damage: str = "zeros"
    share: float = knob(0.4, above=0.0, below=1.0)
    train: int = knob(200, low=2, whole=True)
    test: int = knob(100, low=3, whole=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.damage not in DAMAGES:
            raise ValueError(f"damage={self.damage!r}: expected one of {', '.join(DAMAGES)}")

    def fingerprint(self) -> str:
        """Return a digest of the user's encoder; "" where it is one of ours."""
        if self.encoder in ("minilm", "tiny"):
            return ""
        seen = hashlib.sha256()
        for path in sorted(path for path in Path(self.encoder).expanduser().glob("*") if path.is_file()):
            seen.update(path.name.encode() + path.read_bytes())
        return seen.hexdigest()

    def draw(self, seed: int, shelf: Shelf) -> Admission[Patient, Sealed]:
        """Break rows, and train a probe on the vectors of the encoder that is still whole."""
        encoder, texts, donor = language(self.encoder)
        kept = shelf.keep("texts", 0, lambda: _split(encoder, texts))
        every, labels = Sentences(kept["ids"], kept["lengths"]), torch.tensor(texts.labels)
        generator = generator_of("broken embeddings", seed)
        train, test = self._drawn(labels, texts.classes, generator)
        spelling = Spelling(encoder.tokens)
        ordinary = spelling.ordinary.nonzero()[:, 0]
        rows = ordinary[torch.randperm(len(ordinary), generator=generator)[: round(self.share * len(ordinary))]]
        broken = torch.zeros(len(encoder.table), dtype=torch.bool)
        broken[rows] = True
        table = broken_table(encoder.table, broken, self.damage, generator)

        def fit() -> dict[str, Tensor]:
            return Probe.fit(encoder.encode(encoder.table, every.take(train)), labels[train]).tensors()

        probe = Probe(**shelf.keep("probe", seed, fit))
        others = torch.ones(len(every), dtype=torch.bool)
        others[test] = False
        patient = Patient(table, spelling, every.take(others.nonzero()[:, 0]), donor)
        return Admission(patient, Sealed(encoder, broken, every.take(test), labels[test], texts.classes, probe))

    def _drawn(self, labels: Tensor, classes: Sequence[str], generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Return which texts to train and to judge on, as many of each class."""
        train, test = [], []
        for label, name in enumerate(classes):
            own = (labels == label).nonzero()[:, 0]
            if len(own) < self.train + self.test:
                raise ValueError(f"train={self.train}, test={self.test}: the class {name} has only {len(own)} texts")
            own = own[torch.randperm(len(own), generator=generator)]
            train.append(own[: self.train])
            test.append(own[self.train : self.train + self.test])
        return torch.cat(train), torch.cat(test)

    def baseline(self, patient: Patient, seed: int) -> Mended:
        """Return the table as it is."""
        del seed
        return Mended(patient.table, torch.zeros(len(patient.table), dtype=torch.bool))

    def oracle(self, admission: Admission[Patient, Sealed], seed: int) -> Mended:
        """Return the table that was never broken."""
        del seed
        return Mended(admission.sealed.encoder.table, admission.sealed.broken)

    def judge(self, treated: Mended, sealed: Sealed) -> Score:
        """Read the classes of the texts from their vectors, by a probe that knows the healthy encoder alone."""
        from sklearn.metrics import accuracy_score, f1_score

        check_mended(treated, sealed.encoder.table)
        vectors = sealed.encoder.encode(treated.table, sealed.texts)
        labels, guessed = sealed.labels.cpu().numpy(), sealed.probe.classes(vectors).cpu().numpy()
        parts = {"accuracy": float(accuracy_score(labels, guessed))}
        found, broken = treated.found, sealed.broken
        if found.any():
            right = float((found & broken).sum())
            parts |= {"precision": right / float(found.sum()), "recall": right / float(broken.sum())}
        return Score(
            value=float(f1_score(labels, guessed, average="macro")),
            n=len(labels),
            parts=parts,
            defective=refitted_f1(vectors, sealed.labels),
        )


@lru_cache(maxsize=1)
def language(encoder: str) -> tuple[Encoder, Texts, Donor]:
    """Return an encoder by its name or folder, texts that it is to read, and a donor."""
    if encoder == "tiny":
        return tiny_language()
    return minilm() if encoder == "minilm" else read_encoder(Path(encoder).expanduser()), glosses(), SmolLM2()


def _split(encoder: Encoder, texts: Texts) -> dict[str, Tensor]:
    sentences = encoder.split(texts.texts)
    return {"ids": sentences.ids, "lengths": sentences.lengths}


def check_mended(treated: Any, table: Tensor) -> None:
    """Check what came of a treatment.

    Raises:
        ValueError: the table has another shape or is not finite, or it is not said which rows were taken for broken.
    """
    if not isinstance(treated, Mended):
        raise ValueError(f"expected Mended(table, found), got {type(treated).__name__}")
    if treated.table.shape != table.shape or not bool(treated.table.isfinite().all()):
        raise ValueError(f"table: expected {tuple(table.shape)}, all finite, got {tuple(treated.table.shape)}")
    if treated.found.shape != table.shape[:1] or treated.found.dtype != torch.bool:
        raise ValueError(
            f"found: expected ({len(table)},) bool, one per row, got {tuple(treated.found.shape)} {treated.found.dtype}"
        )
