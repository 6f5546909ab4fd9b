"""A table, and how rows become cells: grouped, averaged over seeds, with their intervals."""

from __future__ import annotations

import csv
import io
import math

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tabulate import tabulate

from lazyartist.reporting.stats import Estimate, estimate, norm_score


if TYPE_CHECKING:
    from lazyartist.reporting.row import At, Row

Values = dict[str, dict[int, float]]  # metric -> seed -> value

INTERVAL = "Mean over seeds ± half its 95 % interval (Student's t); where that is wider than the mean, the seeds."
ACCURACIES = ("easy_accuracy", "hard_rotated_accuracy", "hard_other_accuracy")
# the keys that say what the data are, and how long a network was trained
DATA = ("dataset", "bias", "correlation", "conflict", "where", "palette")
BUDGET = ("epochs", "batch_size", "learning_rate", "schedule")


class Cell(str):
    """The words of a cell, and the estimate that they show, in the same unit: what a page tells on hover."""

    estimate: Estimate

    def __new__(cls, words: str, shown: Estimate) -> Cell:
        """Make a cell; it is its words to whoever wants a string."""
        cell = super().__new__(cls, words)
        cell.estimate = shown
        return cell

    def about(self) -> str:
        """Return mean, interval and each seed's value in words."""
        e = self.estimate
        interval = "" if math.isnan(e.low) else f", 95 % interval {e.low:.4g} to {e.high:.4g}"
        seeds = ", ".join(f"{value:.4g}" for value in e.values)
        return f"mean {e.mean:.4g}{interval}; {e.n} seed{'s' if e.n > 1 else ''}{f': {seeds}' if seeds else ''}"


@dataclass(frozen=True)
class Table:
    """A title, a header, rows of finished cells, and a note that says what the numbers are."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""

    def body(self, style: str = "pipe") -> str:
        """Return the grid alone in one of tabulate's styles; text is left-aligned, numbers right-aligned."""
        align = ["right" if self.is_number(i) else "left" for i in range(len(self.header))]
        return tabulate(self.rows, self.header, tablefmt=style, colalign=align or None, disable_numparse=True)

    def markdown(self) -> str:
        """Return title, grid and note as Markdown."""
        return f"## {self.title}\n\n{self.body()}\n\n{self.note}\n"

    def text(self) -> str:
        """Return title, grid and note for a terminal."""
        return f"{self.title}\n\n{self.body('simple')}\n\n{self.note}\n"

    def columns(self, chosen: Sequence[int]) -> Table:
        """Return the table with some of its columns, counted from 0, in this order."""
        rows = [[row[i] for i in chosen] for row in self.rows]
        return replace(self, header=[self.header[i] for i in chosen], rows=rows)

    def is_number(self, column: int) -> bool:
        """Say whether a column, counted from 0, has no word in it."""
        return not any(character.isalpha() for row in self.rows for character in row[column])


def as_csv(rows: Iterable[Row]) -> str:
    """Return the mean, interval and n of every group of rows: what a spreadsheet wants. One column per key."""
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.group].append(row)
    keys = sorted({name for own in groups.values() for name in own[0].at})
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["study", *keys, "metric", "mean", "low", "high", "n", "seeds"])
    for own in sorted(groups.values(), key=lambda own: repr(own[0].group)):
        by_seed = {row.seed: row.value for row in own}
        e = estimate(by_seed.values())
        where = [own[0].at.get(name, "") for name in keys]
        numbers = [f"{x:.6g}" for x in (e.mean, e.low, e.high)]
        writer.writerow([own[0].study, *where, own[0].metric, *numbers, e.n, " ".join(map(str, sorted(by_seed)))])
    return file.getvalue()


def by(rows: Iterable[Row], *keys: str) -> dict[tuple[Any, ...], list[Row]]:
    """Sort rows into groups that share the values of `keys`, in sorted order; "metric" and "seed" are keys too.

    A row that lacks a key has "" there.
    """
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        known = {**row.at, "metric": row.metric, "seed": row.seed}
        groups[tuple(known.get(key, "") for key in keys)].append(row)
    return dict(sorted(groups.items(), key=lambda item: [(isinstance(value, str), value) for value in item[0]]))


def values(rows: Iterable[Row]) -> Values:
    """Return metric -> seed -> value, of rows of one setting."""
    found: Values = defaultdict(dict)
    for row in rows:
        found[row.metric][row.seed] = row.value
    return found


def hard_accuracy(v: Values) -> dict[int, float]:
    """Return seed -> mean accuracy of the two hard splits."""
    rotated, other = v["hard_rotated_accuracy"], v["hard_other_accuracy"]
    return {seed: (rotated[seed] + other[seed]) / 2 for seed in rotated if seed in other}


FEW = 5  # seeds that a cell has room for


def with_interval(e: Estimate, digits: int) -> Cell:
    """Return "mean ± half width" with fixed decimals; a single seed is a bare number.

    An interval wider than its mean says little: the seeds stand there themselves, or their ends if there are many.
    """
    if math.isnan(e.low):
        return Cell(f"{e.mean:.{digits}f}", e)
    if e.half_width > abs(e.mean):
        seeds = [f"{value:.{digits}f}" for value in sorted(e.values)]
        return Cell(", ".join(seeds) if len(seeds) <= FEW else f"{seeds[0]} to {seeds[-1]}", e)
    return Cell(f"{e.mean:.{digits}f} ± {e.half_width:.{digits}f}", e)


def norm_cell(own: Mapping[int, float], base: Mapping[int, float], best: Mapping[int, float]) -> Cell | str:
    """Return the norm score of accuracies with its interval; a dash where there is none, or no seed in common."""
    if not set(own) & set(base) & set(best):
        return "–"
    score = norm_score(own, base, best)
    return "–" if math.isnan(score.mean) else with_interval(score, 0)


def mean_alone(by_seed: Mapping[int, float], digits: int) -> Cell:
    """Return the mean over seeds, for what needs no interval beside it."""
    e = estimate(by_seed.values())
    return Cell(f"{e.mean:.{digits}f}", e)


def percent(by_seed: Mapping[int, float]) -> Cell:
    """Return fractions as percent with their interval."""
    return with_interval(estimate(100 * v for v in by_seed.values()), 1)


def points(e: Estimate) -> Cell:
    """Return a difference of fractions as signed points."""
    words = f"{100 * e.mean:+.1f}" + ("" if math.isnan(e.low) else f" ± {100 * e.half_width:.1f}")
    return Cell(words, e.map(lambda value: 100 * value))


def painted(rows: Iterable[Row]) -> str:
    """Return the sentence that says how the datasets of the rows were made."""
    return f"Painted: {'; '.join(sorted({data_words(row.at) for row in rows}))}."


def data_words(at: At) -> str:
    """Return how a dataset was made, in words."""
    if {"correlation", "conflict", "where", "palette"} <= set(at):
        return f"{at['correlation']:g} correlation, rest over {at['conflict']}, {at['where']}, {at['palette']}"
    return ", ".join(f"{key} {at[key]}" for key in DATA[1:] if key in at) or "as it is"


def budget_words(at: At) -> str:
    """Return how long a network was trained, in words."""
    if not set(BUDGET) <= set(at):
        return "–"
    rate = f"{at['learning_rate']:.12g} {at['schedule']}"
    return f"{epochs_words(at)}, batch {at['batch_size']}, Adam {rate}"


def epochs_words(at: At) -> str:
    """Return the number of epochs, in words."""
    return f"{at['epochs']:.12g} epochs"


def seeds_of_all(rows: Iterable[Row]) -> str:
    """Return "5 seeds", or "1 seed"."""
    n = len({row.seed for row in rows})
    return f"{n} seed{'s' if n > 1 else ''}"


def seeds_of(v: Values) -> str:
    """Return how many seeds there are."""
    return str(max(map(len, v.values())))
