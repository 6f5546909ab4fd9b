"""The regression gate: fresh rows against the blessed ones, no clock involved."""

from __future__ import annotations

import math

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lazyartist.files import write_text
from lazyartist.reporting.row import Row
from lazyartist.reporting.stats import Estimate, paired_difference
from lazyartist.reporting.table import Table


if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

# A change of less than one percent of the value is not worth a red build, however consistent over seeds.
TOLERANCE, FLOOR = 0.01, 5e-4

Group = tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What changed since the baseline. Changes are (group, change in the good direction, blessed mean)."""

    fell: Sequence[tuple[Group, Estimate, float]]
    rose: Sequence[tuple[Group, Estimate, float]]
    missing: Sequence[Group]
    compared: int

    @property
    def exit_code(self) -> int:
        """0: nothing fell; 1: something fell; 2: rows are missing, so that nothing can be said."""
        if self.missing or not self.compared:
            return 2
        return 1 if self.fell else 0

    def table(self) -> Table:
        """Return what fell and what rose, worst first."""
        changes = [*sorted(self.fell, key=lambda c: c[1].mean), *sorted(self.rose, key=lambda c: c[1].mean)]
        return Table(
            title="Gate",
            header=("study", "dataset", "task", "model", "strategy", "budget", "metric", "baseline", "change", "n"),
            rows=[(*group, f"{base:.4f}", _signed(change), str(change.n)) for group, change, base in changes],
            note="Change in the good direction, paired over seeds, with its one-sided 95 % bounds.",
        )


def judge(fresh: Iterable[Row], baseline: Iterable[Row]) -> Verdict:
    """Compare fresh rows with blessed ones, group by group, paired over the seeds that both have.

    A group fell when its mean is worse by more than `TOLERANCE` of the blessed mean, and worse beyond the noise of
    the seeds: the one-sided 95 % bound of the paired difference is on the bad side. A single seed has no bound, so
    there the tolerance alone decides. A group of which a blessed seed was not measured, or is not finite, is missing.
    """
    new, old = _by_group(fresh), _by_group(baseline)
    fell, rose, missing = [], [], []
    for group, (sign, blessed) in old.items():
        _, measured = new.get(group, (sign, {}))
        if not all(math.isfinite(measured.get(seed, math.nan) - value) for seed, value in blessed.items()):
            missing.append(group)
            continue
        now, then = ({seed: sign * found[seed] for seed in blessed} for found in (measured, blessed))
        change = paired_difference(now, then, tail=0.05)
        base = sum(blessed.values()) / len(blessed)
        clear = max(TOLERANCE * abs(base), FLOOR)
        if change.mean < -clear and not change.high >= 0:
            fell.append((group, change, base))
        elif change.mean > clear and not change.low <= 0:
            rose.append((group, change, base))
    return Verdict(fell, rose, missing, compared=len(old) - len(missing))


def write_baseline(path: Path, rows: Iterable[Row]) -> int:
    """Bless `rows`: those that can fall become the baseline, one a line, without their details. Return how many.

    Raises:
        ValueError: there is nothing to bless.
    """
    judged = sorted((row for row in rows if row.direction), key=lambda row: row.identity)
    lines = [replace(row, detail=None).to_json() for row in judged]
    if not lines:
        raise ValueError("no rows to bless: run `pytest -m acceptance` first")
    write_text(path, "[\n" + ",\n".join(lines) + "\n]\n")
    return len(lines)


def read_baseline(path: Path) -> list[Row]:
    """Read the blessed rows.

    Raises:
        ValueError: there is no such file, or it does not hold rows.
    """
    if not path.exists():
        raise ValueError(f"there is no baseline {path}: `lazyartist gate --bless` makes one of what was measured")
    try:
        return [Row.from_json(line.rstrip(",")) for line in path.read_text(encoding="utf-8").splitlines()[1:-1]]
    except ValueError as error:
        raise ValueError(f"{path} is not a baseline: {error}") from error


def _by_group(rows: Iterable[Row]) -> dict[Group, tuple[int, dict[int, float]]]:
    groups: dict[Group, tuple[int, dict[int, float]]] = defaultdict(lambda: (1, {}))
    for row in rows:
        if row.direction:
            sign = 1 if row.direction == "higher" else -1
            groups.setdefault(row.group, (sign, {}))[1][row.seed] = row.value
    return dict(groups)


def _signed(change: Estimate) -> str:
    interval = "" if change.n == 1 else f" [{change.low:+.4f}, {change.high:+.4f}]"
    return f"{change.mean:+.4f}{interval}"
