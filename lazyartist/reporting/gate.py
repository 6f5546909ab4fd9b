"""The regression gate: fresh rows against the blessed ones, no clock involved."""

from __future__ import annotations

import hashlib
import json
import logging
import math

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lazyartist.files import write_text
from lazyartist.reporting.records import no_doubles
from lazyartist.reporting.row import Origin, Row
from lazyartist.reporting.stats import Estimate, paired_difference
from lazyartist.reporting.table import Table


if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)

# A change of less than one percent of the value is not worth a red build, however consistent over seeds.
TOLERANCE, FLOOR = 0.01, 5e-4
SIGNS = {"higher": 1, "lower": -1}

Group = tuple[Any, ...]  # study, pairs of key and value, metric


@dataclass(frozen=True)
class Blessed:
    """One group of the baseline: which way is better, and each seed's value."""

    direction: str
    values: dict[int, float]


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

    def sentence(self, baseline: Path) -> str:
        """Return in words what came of the comparison with the baseline in a file."""
        if self.exit_code == 2:
            return (
                f"The gate cannot judge: {len(self.missing)} groups of {baseline} have no fresh, finite rows, "
                f"{self.compared} were compared. `pytest -m acceptance` measures them."
            )
        if self.fell:
            return f"{len(self.fell)} of {self.compared} groups fell beyond the noise of their seeds."
        more = "Some rose: `lazyartist gate --bless` raises the baseline." if self.rose else ""
        return f"Nothing fell in {self.compared} groups. {more}".rstrip()

    def table(self) -> Table:
        """Return what fell and what rose, worst first."""
        changes = [*sorted(self.fell, key=lambda c: c[1].mean), *sorted(self.rose, key=lambda c: c[1].mean)]
        return Table(
            title="Gate",
            header=("study", "where", "metric", "baseline", "change", "n"),
            rows=[(*words(group), f"{base:.4f}", _signed(change), str(change.n)) for group, change, base in changes],
            note="Change in the good direction, paired over seeds, with its one-sided 95 % bounds.",
        )


def words(group: Group) -> tuple[str, str, str]:
    """Return study, keys and metric of a group as words."""
    study, *keys, metric = group
    return study, ", ".join(f"{name} {value}" for name, value in keys), metric


def judge(fresh: Iterable[Row], baseline: dict[Group, Blessed]) -> Verdict:
    """Compare fresh rows with blessed ones, group by group, paired over the seeds that both have.

    A group fell when its mean is worse by more than `TOLERANCE` of the blessed mean, and worse beyond the noise of
    the seeds: the one-sided 95 % bound of the paired difference is on the bad side. A single seed has no bound, so
    there the tolerance alone decides. A group of which a blessed seed was not measured, or is not finite, or whose good
    direction is another one, is missing.
    """
    new = blessed_groups(fresh)
    fell, rose, missing = [], [], []
    for group, old in baseline.items():
        measured = new.get(group)
        if measured is None or measured.direction != old.direction or not _comparable(measured, old):
            missing.append(group)
            continue
        sign = SIGNS[old.direction]
        now, then = ({seed: sign * one.values[seed] for seed in old.values} for one in (measured, old))
        change = paired_difference(now, then, tail=0.05)
        base = sum(old.values.values()) / len(old.values)
        clear = max(TOLERANCE * abs(base), FLOOR)
        if change.mean < -clear and not change.high >= 0:
            fell.append((group, change, base))
        elif change.mean > clear and not change.low <= 0:
            rose.append((group, change, base))
    return Verdict(fell, rose, missing, compared=len(baseline) - len(missing))


def blessed_groups(rows: Iterable[Row]) -> dict[Group, Blessed]:
    """Return the groups of all rows that can fall.

    Raises:
        ValueError: two rows of one group say different ways to be better.
    """
    groups: dict[Group, Blessed] = {}
    for row in rows:
        if row.direction:
            group = groups.setdefault(row.group, Blessed(row.direction, {}))
            if group.direction != row.direction:
                raise ValueError(f"{words(row.group)}: some rows are better {group.direction}, some {row.direction}")
            group.values[row.seed] = row.value
    return groups


def write_baseline(path: Path, rows: Iterable[Row]) -> int:
    """Bless `rows`: those that can fall become the baseline, one group per line. Return how many groups.

    Raises:
        ValueError: there is nothing to bless.
    """
    every = sorted(blessed_groups(rows).items(), key=lambda item: repr(item[0]))
    groups = [(group, blessed) for group, blessed in every if all(map(math.isfinite, blessed.values.values()))]
    for group, _ in [item for item in every if item not in groups]:
        log.warning("not blessed, since it is not finite on every seed: %s", "; ".join(words(group)))
    if not groups:
        raise ValueError("no rows to bless: run `pytest -m acceptance` first")
    lines = [
        json.dumps({"study": g[0], "at": dict(g[1:-1]), "metric": g[-1], "direction": b.direction, "values": b.values})
        for g, b in groups
    ]
    head = f'"groups": {len(lines)}, "sum": "{_sum([json.loads(line) for line in lines])}"'
    write_text(path, f'{{{head}, "baseline": [\n' + ",\n".join(lines) + "\n]}\n")
    return len(lines)


def read_baseline(path: Path) -> dict[Group, Blessed]:
    """Read the blessed groups.

    Raises:
        ValueError: there is no such file, or it is not whole, or was changed, or is no baseline.
    """
    if not path.exists():
        raise ValueError(f"there is no baseline {path}: `lazyartist gate --bless` makes one of what was measured")
    try:
        content = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=no_doubles)
        if not isinstance(content, dict) or set(content) != {"groups", "sum", "baseline"}:
            raise ValueError("expected an object with groups, sum and baseline")
        lines = content["baseline"]
        if content["groups"] != len(lines) or content["sum"] != _sum(lines) or not lines:
            raise ValueError("it does not hold the groups that it was written with")
        found = defaultdict(list)
        for line in lines:
            group, blessed = _blessed(line)
            found[group].append(blessed)
        if doubled := [group for group, every in found.items() if len(every) > 1]:
            raise ValueError(f"{words(doubled[0])} stands twice")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(
            f"{path} is not a whole baseline ({error}): bring it back from version control, or bless anew"
        ) from error
    return {group: blessed for group, (blessed,) in found.items()}


def _blessed(line: Any) -> tuple[Group, Blessed]:
    """Return one line's group: held to what rows are held to, such as an accuracy to [0, 1]."""
    of_all = {name: line[name] for name in ("study", "at", "metric", "direction")}
    origin = Origin(run="blessed", at=line["at"])
    rows = [Row(**of_all, seed=int(seed), value=v, n=0, origin=origin) for seed, v in line["values"].items()]
    groups = list(blessed_groups(rows).items())
    if len(groups) != 1 or len(groups[0][1].values) != len(rows) or set(line) != {*of_all, "values"}:
        raise ValueError(f"{str(line)[:80]}: expected a direction, 'higher' or 'lower', and a number for each seed")
    return groups[0]


def _comparable(measured: Blessed, old: Blessed) -> bool:
    return all(math.isfinite(measured.values.get(seed, math.nan) - value) for seed, value in old.values.items())


def _sum(lines: Sequence[Any]) -> str:
    return hashlib.sha256(json.dumps(lines, sort_keys=True).encode()).hexdigest()[:16]


def _signed(change: Estimate) -> str:
    interval = "" if change.n == 1 else f" [{change.low:+.4f}, {change.high:+.4f}]"
    return f"{change.mean:+.4f}{interval}"
