"""From a case, a remedy and a seed to a score between two ends: the broken model's and the healthy twin's."""

from __future__ import annotations

import time

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import torch

from lazyartist.clinic import CASES, REMEDIES
from lazyartist.clinic.base import Admission, AnyCase, Score
from lazyartist.clinic.shelf import Shelf
from lazyartist.reporting.stats import single_norm_score
from lazyartist.seeding import seed_from
from lazyartist.training.store import Store


BASELINE, ORACLE = "baseline", "oracle"  # what stands where a remedy's name does


@dataclass(frozen=True, eq=False)
class Ends:
    """What the two ends of the scale score, and the seconds of processor time that they took.

    Attributes:
        scores: of "baseline" and "oracle".
        seconds: of each; the baseline's include what was drawn and trained for the case as a whole.
    """

    scores: Mapping[str, Score]
    seconds: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Examination:
    """A treated patient.

    Attributes:
        case: with its knobs.
        remedy: its name without the case's, with its knobs; or "baseline", or "oracle".
        seed: of data, defect and treatment.
        admission: what was drawn.
        treat: does the treatment, or hands over what came of it.
        score: what the judge says of it.
        ends: what the judge says of the broken model and of the healthy twin.
        seconds: of processor time that the treatment took.
    """

    case: AnyCase
    remedy: str
    seed: int
    admission: Admission[Any, Any]
    treat: Callable[[], Any]
    score: Score
    ends: Ends
    seconds: float

    @cached_property
    def treated(self) -> Any:
        """What came of the treatment; both ends are treated again only where somebody looks at them."""
        return self.treat()

    @property
    def norm_score(self) -> float:
        """How far the remedy went from the broken model, 0, to the healthy twin, 100; may lie outside.

        Raises:
            ValueError: the ends are the same, or the wrong way round.
        """
        base, best = (self.ends.scores[end].value for end in (BASELINE, ORACLE))
        return single_norm_score(self.score.value, base, best, self.case.direction)


def build_case(spec: str) -> AnyCase:
    """Return the case of a specification, such as "forgetting:data=digits"."""
    case: AnyCase = CASES.build(spec)
    return case


def remedies_of(case: str) -> list[str]:
    """Return the names of a case's remedies, without the case's own name before them."""
    names = (name.partition(".") for name in REMEDIES)
    return [remedy for owner, _, remedy in names if owner == case.partition(":")[0]]


def examine(case: AnyCase, remedy: str, seed: int, store: Store | None = None) -> Examination:
    """Draw a case, treat it, and judge what came of it.

    Args:
        case: which, with its knobs.
        remedy: the name of one of its remedies, with knobs if need be; or "baseline", or "oracle".
        seed: of data, defect and treatment.
        store: where what takes long is kept; by default the user's.

    Raises:
        UnknownNameError: the case has no such remedy.
        ValueError: a knob is out of range, something that the case needs is not installed, or the remedy returns
            nothing.
    """
    at_end = remedy in (BASELINE, ORACLE)
    cure = None if at_end else REMEDIES.build(f"{case.name}.{remedy}")
    shelf = Shelf(case, store or Store())
    start = time.process_time()
    admission = case.draw(seed, shelf)
    ends = _ends(shelf, admission, seed, drawn=time.process_time() - start)
    if cure is None:
        treat = partial(_end, case, admission, remedy, seed)
        return Examination(case, remedy, seed, admission, treat, ends.scores[remedy], ends, ends.seconds[remedy])
    start = time.process_time()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_from("treatment", seed))  # for those who draw from torch's global generator all the same
        treated = cure.treat(admission.patient, seed)
    seconds = time.process_time() - start
    if treated is None:
        raise ValueError(f"{case.name}.{remedy} returns nothing: `treat` must return what the case's `baseline` does")
    score = case.judge(treated, admission.sealed)
    return Examination(case, remedy, seed, admission, lambda: treated, score, ends, seconds)


def _end(case: AnyCase, admission: Admission[Any, Any], end: str, seed: int) -> Any:
    return case.baseline(admission.patient, seed) if end == BASELINE else case.oracle(admission, seed)


def _ends(shelf: Shelf, admission: Admission[Any, Any], seed: int, *, drawn: float) -> Ends:
    """Return what both ends score: numbers that are kept, since every remedy is measured by them."""

    def measure() -> dict[str, float]:
        facts: dict[str, float] = {}
        for end in (BASELINE, ORACLE):
            start = time.process_time()
            treated = _end(shelf.case, admission, end, seed)
            facts[f"{end} seconds"] = round(time.process_time() - start + (drawn if end == BASELINE else 0), 3)
            score = shelf.case.judge(treated, admission.sealed)
            facts |= {f"{end} score": score.value, f"{end} n": score.n}
            facts |= {f"{end} part {name}": value for name, value in score.parts.items()}
            facts |= {} if score.defective is None else {f"{end} defective": score.defective}
        return facts

    facts = shelf.numbers("both ends", seed, measure)
    return Ends(
        {end: _score_of(facts, end) for end in (BASELINE, ORACLE)},
        {end: facts[f"{end} seconds"] for end in (BASELINE, ORACLE)},
    )


def _score_of(facts: Mapping[str, float], end: str) -> Score:
    first = f"{end} part "
    parts = {name[len(first) :]: value for name, value in facts.items() if name.startswith(first)}
    return Score(facts[f"{end} score"], int(facts[f"{end} n"]), parts, facts.get(f"{end} defective"))
