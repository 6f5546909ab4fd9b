"""A table, and how rows become cells: grouped, averaged over seeds, with their intervals."""

from __future__ import annotations

import csv
import io
import math

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tabulate import tabulate

from lazyartist.reporting.stats import Estimate, estimate


if TYPE_CHECKING:
    from lazyartist.reporting.row import Row

Values = dict[str, dict[int, float]]  # metric -> seed -> value

INTERVAL = "Mean over seeds ± half its 95 % interval (Student's t)."
ACCURACIES = ("easy_accuracy", "hard_rotated_accuracy", "hard_other_accuracy")


@dataclass(frozen=True)
class Table:
    """A title, a header, rows of finished cells, and a note that says what the numbers are."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""

    def body(self, style: str = "pipe") -> str:
        """Return the grid alone in one of tabulate's styles; text is left-aligned, numbers right-aligned."""
        align = ["right" if self._is_number(i) else "left" for i in range(len(self.header))]
        return tabulate(self.rows, self.header, tablefmt=style, colalign=align or None, disable_numparse=True)

    def markdown(self) -> str:
        """Return title, grid and note as Markdown."""
        return f"## {self.title}\n\n{self.body()}\n\n{self.note}\n"

    def text(self) -> str:
        """Return title, grid and note for a terminal."""
        return f"{self.title}\n\n{self.body('simple')}\n\n{self.note}\n"

    def _is_number(self, column: int) -> bool:
        return not any(character.isalpha() for row in self.rows for character in row[column])


def as_csv(rows: Iterable[Row]) -> str:
    """Return the mean, interval and n of every group of rows: what a spreadsheet wants."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow("study dataset task model strategy budget metric mean low high n seeds".split())
    groups: dict[tuple[str, ...], dict[int, float]] = defaultdict(dict)
    for row in rows:
        groups[row.group][row.seed] = row.value
    for group, values in sorted(groups.items()):
        e = estimate(values.values())
        writer.writerow(
            [*group, *(f"{x:.6g}" for x in (e.mean, e.low, e.high)), e.n, " ".join(map(str, sorted(values)))]
        )
    return file.getvalue()


def by(rows: Iterable[Row], *keys: str) -> dict[tuple[str, ...], list[Row]]:
    """Sort rows into groups that share the attributes `keys`, in sorted order."""
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[tuple(str(getattr(row, key)) for key in keys)].append(row)
    return dict(sorted(groups.items()))


def values(rows: Iterable[Row]) -> Values:
    """Return metric -> seed -> value."""
    found: Values = defaultdict(dict)
    for row in rows:
        found[row.metric][row.seed] = row.value
    return found


def hard_accuracy(v: Values) -> dict[int, float]:
    """Return seed -> mean accuracy of the two hard splits."""
    rotated, other = v["hard_rotated_accuracy"], v["hard_other_accuracy"]
    return {seed: (rotated[seed] + other[seed]) / 2 for seed in rotated if seed in other}


def with_interval(e: Estimate, digits: int) -> str:
    """Return "mean ± half width" with fixed decimals; a single seed is a bare number."""
    return f"{e.mean:.{digits}f}" + ("" if math.isnan(e.low) else f" ± {e.half_width:.{digits}f}")


def percent(by_seed: Mapping[int, float]) -> str:
    """Return fractions as percent with their interval."""
    return with_interval(estimate(100 * v for v in by_seed.values()), 1)


def points(e: Estimate) -> str:
    """Return a difference of fractions as signed points."""
    return f"{100 * e.mean:+.1f}" + ("" if math.isnan(e.low) else f" ± {100 * e.half_width:.1f}")


def painted(rows: Iterable[Row]) -> str:
    """Return the sentence that says how the datasets of the rows were painted."""
    return f"Painted: {'; '.join(sorted({row.task for row in rows}))}."


def seeds_of_all(rows: Iterable[Row]) -> str:
    """Return "5 seeds", or "1 seed"."""
    n = len({row.seed for row in rows})
    return f"{n} seed{'s' if n > 1 else ''}"


def seeds_of(v: Values) -> str:
    """Return how many seeds there are."""
    return str(max(map(len, v.values())))
