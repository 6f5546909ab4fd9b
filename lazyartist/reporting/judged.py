"""What is asked of the numbers, and whether they hold: criteria beside the seeds that they are asked of."""

from __future__ import annotations

import math

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from lazyartist.reporting.stats import Estimate, estimate
from lazyartist.reporting.table import Cell, Table


if TYPE_CHECKING:
    from lazyartist.criteria import Criterion

Asked = Literal["every seed", "the mean", "the bad end of the interval", "no seed"]
PASSES, FAILS = "passes", "fails"


@dataclass(frozen=True)
class Judged:
    """A criterion, and the numbers that it is asked of.

    Attributes:
        criterion: what is asked.
        where: whose numbers they are: dataset, network, strategy, ...
        measured: the numbers, one per seed, and their interval.
        asked_of: what must clear the threshold: each seed's value, their mean, or the end of the interval that is
            nearest to failing; or no seed may clear it, as for a control.
    """

    criterion: Criterion
    where: str
    measured: Estimate
    asked_of: Asked

    def __post_init__(self) -> None:
        if self.asked_of not in get_args(Asked):
            raise ValueError(f"asked_of={self.asked_of!r}: expected one of {', '.join(map(repr, get_args(Asked)))}")

    @property
    def passes(self) -> bool:
        """Say whether what is asked holds."""
        if self.asked_of == "the mean":
            return self.criterion.holds(self.measured.mean)
        if self.asked_of == "the bad end of the interval":
            return self.criterion.holds_for(self.measured)
        held = [self.criterion.holds(value) for value in self.measured.values]
        return not any(held) if self.asked_of == "no seed" else all(held)


def judged(
    criteria: Sequence[Criterion], where: str, measured: Mapping[str, Mapping[int, float]], asked_of: Asked
) -> list[Judged]:
    """Judge numbers, metric -> seed -> value, by those criteria whose metric was measured."""
    return [
        Judged(criterion, where, estimate(measured[criterion.metric].values()), asked_of)
        for criterion in criteria
        if measured.get(criterion.metric)
    ]


def criteria_table(title: str, found: Sequence[Judged]) -> Table:
    """Return a line for each criterion and what it is asked of: what fails first."""
    lines = []
    for one in sorted(found, key=lambda one: one.passes):
        e = one.measured
        interval = "–" if math.isnan(e.low) else f"[{e.low:.4g}, {e.high:.4g}]"
        spread = f"[{min(e.values):.4g}, {max(e.values):.4g}]"
        numbers = (*(Cell(words, e) for words in (f"{e.mean:.4g}", interval, spread)), str(e.n))
        verdict = PASSES if one.passes else FAILS
        lines.append((verdict, one.where, str(one.criterion), one.asked_of, *numbers, one.criterion.source))
    header = ("verdict", "of", "asked", "asked of", "mean", "95 % interval", "least, most", "seeds", "who asks")
    return Table(title, header, lines)
