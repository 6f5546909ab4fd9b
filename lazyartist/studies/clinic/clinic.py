"""Every case of the clinic under every remedy: how far each goes from the broken model to its healthy twin."""

from __future__ import annotations

import hashlib

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from lazyartist.clinic import CASES, REMEDIES
from lazyartist.clinic.examine import BASELINE, ORACLE, Examination, build_case, examine, remedies_of
from lazyartist.options import split_options
from lazyartist.provenance import code_digest
from lazyartist.reporting.row import Origin
from lazyartist.studies import STUDIES
from lazyartist.studies.base import THREADS, Fact, Study, chosen_names, chosen_seeds
from lazyartist.studies.clinic import metrics as names
from lazyartist.training.store import versions


if TYPE_CHECKING:
    from lazyartist.clinic.base import Remedy
    from lazyartist.reporting.row import Key, Row
    from lazyartist.training.store import Store


@dataclass(frozen=True)
class ClinicRun:
    """One treatment: which case with which knobs, which remedy with which knobs, and the seed."""

    case: str
    remedy: str
    seed: int

    def at(self) -> dict[str, Key]:
        """Return the keys of its rows."""
        case, knobs = split_options(self.case)
        return {"case": case, **knobs, "remedy": self.remedy}

    def __str__(self) -> str:
        return f"{self.case}, {self.remedy}, seed {self.seed}"


@STUDIES.register("clinic")
@dataclass(frozen=True)
class ClinicStudy(Study[ClinicRun]):
    """The clinic: eight broken models under their remedies, between the broken model and its healthy twin.

    Attributes:
        cases: names of cases, with knobs if need be; by default all.
        remedies: names of remedies; by default all that a case has.
        seeds: how many seeds from 0 on, or which.
    """

    name: ClassVar[str] = "clinic"
    chooses: ClassVar[tuple[str, ...]] = ("cases", "remedies", "seeds")
    default_seeds: ClassVar[int] = 5

    cases: Sequence[str] = ()
    remedies: Sequence[str] = ()
    seeds: int | Sequence[int] = 0

    def __post_init__(self) -> None:
        for name in ("cases", "remedies"):
            object.__setattr__(self, name, chosen_names(getattr(self, name), name))
        object.__setattr__(self, "seeds", chosen_seeds(self.seeds))
        for case in self.cases:
            build_case(case)  # refuses unknown names and knobs before anything is drawn
            for remedy in self.remedies:
                REMEDIES.configured(f"{case.partition(':')[0]}.{remedy}")

    def runs(self) -> list[ClinicRun]:
        """Return the runs: both ends of each case first, all seeds of a treatment one after the other."""
        assert isinstance(self.seeds, tuple)
        seeds = self.seeds or range(self.default_seeds)
        return [
            ClinicRun(case, remedy, seed)
            for case in self.cases or tuple(CASES)
            for remedy in (BASELINE, ORACLE, *(self.remedies or remedies_of(case)))
            for seed in seeds
        ]

    def rows(self, run: ClinicRun, store: Store) -> list[Row]:
        """Draw, treat and judge, and return the facts as rows."""
        found = examine(build_case(run.case), run.remedy, run.seed, store)
        origin = Origin(
            run=self.digest(run),
            at={**run.at(), **self.changed_knobs()},
            versions=self._versions(run),
            threads=THREADS,
            seconds=round(found.seconds, 3),
        )
        return self.as_rows(run.seed, origin, facts_of(found))

    def digest(self, run: ClinicRun) -> str:
        """Return a digest of all that decides the rows of a run."""
        case = build_case(run.case)
        code = code_digest(type(self), type(case), *_treated_by(run))
        decides = (self.name, self.knobs(), run, repr(case), case.fingerprint(), self._versions(run), THREADS, code)
        return hashlib.sha256(repr(decides).encode()).hexdigest()[:16]

    def _versions(self, run: ClinicRun) -> dict[str, str]:
        """Return the versions of all libraries that decide a run: the case's own, and the remedy's."""
        remedies = (library for one in _treated_by(run) for library in one.libraries)
        return versions((*build_case(run.case).libraries, *remedies))


def _treated_by(run: ClinicRun) -> list[type[Remedy[Any, Any]]]:
    """Return the remedy of a run; both ends have none."""
    if run.remedy in (BASELINE, ORACLE):
        return []
    return [REMEDIES.configured(f"{run.case.partition(':')[0]}.{run.remedy}")[0]]


def facts_of(found: Examination) -> Iterator[Fact]:
    """Yield what a judge said, and how far that is on the way from the broken model to its healthy twin."""
    score, direction = found.score, found.case.direction
    yield Fact(names.SCORE, score.value, score.n, direction)
    if found.remedy not in (BASELINE, ORACLE):
        yield Fact(names.NORM_SCORE, found.norm_score, score.n, "higher")
        if found.case.write_up.remedy == found.remedy and found.case.write_up.percent is not None:
            yield Fact(names.WRITE_UP, found.case.write_up.percent, 1)
    for name, value in score.parts.items():
        yield Fact(name, value, score.n)
    if score.defective is not None:
        yield Fact(names.DEFECTIVE, score.defective, score.n)
