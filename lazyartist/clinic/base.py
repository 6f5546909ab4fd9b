"""What a case is: what is broken, what may be used to mend it, and who judges."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeAlias, TypeVar

from lazyartist.knobs import check_knobs


if TYPE_CHECKING:
    from lazyartist.clinic.shelf import Shelf

Patient = TypeVar("Patient")  # what a remedy is handed: the broken model, and what may be used to mend it
Sealed = TypeVar("Sealed")  # what the judge alone reads
Treated = TypeVar("Treated")  # what comes of a treatment: a model, labels, a function


@dataclass(frozen=True, eq=False)
class Admission(Generic[Patient, Sealed]):
    """What a case draws from a seed.

    Attributes:
        patient: what every remedy is handed; it holds whatever a choice may be made on.
        sealed: the scored data and the truth, which no remedy can reach.
    """

    patient: Patient
    sealed: Sealed


@dataclass(frozen=True, eq=False)
class Score:
    """What a judge says.

    Attributes:
        value: the case's score.
        n: how many samples it is over.
        parts: further numbers by name, such as the accuracy on old and on new classes.
        defective: what the case's defective judge says; None where the case has none.
    """

    value: float
    n: int
    parts: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    defective: float | None = None


@dataclass(frozen=True)
class WriteUp:
    """How far a contestant of the olympiad came with the task that a case recasts.

    Attributes:
        remedy: the name of the remedy that follows the contestant's text; empty where the task was left unsolved.
        percent: how far it went there from the baseline to the best solution; None where it is not known.
    """

    remedy: str
    percent: float | None


@dataclass(frozen=True)
class Case(ABC, Generic[Patient, Sealed, Treated]):
    """A broken model. Subclasses are frozen dataclasses: their fields are their knobs, their repr their configuration.

    Attributes:
        name: as registered; the first part of the names of its remedies.
        defect: what is broken, in one line.
        metric: what the score is, in words: "macro-F1".
        direction: which way the score is better.
        write_up: the contestant's remedy, and how far it went.
        cure: the name of the best remedy that is known here.
        lesson: what is wrong with the defective judge, and how it is caught; empty where the case has none.
        small: knobs with which it takes a second or two, for tests and for trying a remedy out.
        libraries: the optional libraries that decide its numbers; their versions are part of the key of all that is
            kept. Those that lazyartist itself needs always are.
    """

    name: ClassVar[str]
    defect: ClassVar[str]
    metric: ClassVar[str]
    direction: ClassVar[Literal["higher", "lower"]] = "higher"
    write_up: ClassVar[WriteUp]
    cure: ClassVar[str]
    lesson: ClassVar[str] = ""
    small: ClassVar[Mapping[str, int | float | str]] = MappingProxyType({})
    libraries: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        check_knobs(self)

    def fingerprint(self) -> str:
        """Return a digest of the user's files that the case reads; "" where all follows from its knobs and its code."""
        return ""

    @abstractmethod
    def draw(self, seed: int, shelf: Shelf) -> Admission[Patient, Sealed]:
        """Draw the data and break the model; what takes long to train is kept on the shelf."""

    @abstractmethod
    def baseline(self, patient: Patient, seed: int) -> Treated:
        """Return the broken model, or what the naive treatment makes of it."""

    @abstractmethod
    def oracle(self, admission: Admission[Patient, Sealed], seed: int) -> Treated:
        """Return the same model never broken: the best that a remedy can hope for."""

    @abstractmethod
    def judge(self, treated: Treated, sealed: Sealed) -> Score:
        """Judge what came of a treatment on data that no remedy has seen."""


AnyCase: TypeAlias = Case[Any, Any, Any]


@dataclass(frozen=True)
class Remedy(ABC, Generic[Patient, Treated]):
    """One way to treat a case. Subclasses are frozen dataclasses, registered as "case.remedy".

    Attributes:
        libraries: the optional libraries that decide what comes of it, beside those of its case; see `Case`.
    """

    libraries: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        check_knobs(self)

    @abstractmethod
    def treat(self, patient: Patient, seed: int) -> Treated:
        """Treat the patient, which stays as it is; `seed` is the only source of randomness."""
