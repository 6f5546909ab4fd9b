"""Tables as pure functions of rows: the same rows give the same bytes."""

from __future__ import annotations

import csv
import io
import math

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tabulate import tabulate

from lazyartist.reporting.stats import Estimate, estimate, norm_score, paired_difference, paired_ratio


if TYPE_CHECKING:
    from collections.abc import Iterable

    from lazyartist.reporting.row import Row

Values = dict[str, dict[int, float]]  # metric -> seed -> value


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
        return all(not row[column] or row[column][0] in "0123456789+-−–.[" for row in self.rows)


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


def lazy_table(rows: Sequence[Row]) -> Table:
    """How lazy the lazy model is: one line a dataset and network."""
    lines = []
    for (dataset, model), runs in by(rows, "dataset", "model").items():
        v = values(runs)
        shares = [percent(v[m]) for m in ("easy_accuracy", "hard_rotated_accuracy", "hard_other_accuracy")]
        steps = v["steps"].values()
        lines.append(
            [dataset, model, *shares, percent(v["follows_colour"]), f"{min(steps):.0f}–{max(steps):.0f}", _n(v)]
        )
    return Table(
        "The lazy model",
        (
            "dataset",
            "network",
            "easy % ↑",
            "hard, rotated % ↓",
            "hard, other % ↓",
            "follows colour %",
            "steps",
            "seeds",
        ),
        lines,
        f"{INTERVAL} Lazy is plain training that stops at the first look at the easy validation split over 95 %. "
        "Follows colour: share of images in another class's colour that are called that class.",
    )


def strategies_table(rows: Sequence[Row]) -> Table:
    """Every way to train beside its matched ERM and its oracle, best first within a dataset and network."""
    lines = []
    for (dataset, model, budget), runs in by(rows, "dataset", "model", "budget").items():
        by_strategy = {name: values(found) for (name,), found in by(runs, "strategy").items()}
        uses = {row.strategy: row.uses for row in runs}
        hard = {name: _mean_of(v, "hard_rotated_accuracy", "hard_other_accuracy") for name, v in by_strategy.items()}
        erm, oracle = hard.get("erm"), hard.get("oracle")
        for name in sorted(by_strategy, key=lambda name: -estimate(hard[name].values()).mean):
            v = by_strategy[name]
            gain = score = "–"
            if erm and name != "erm":
                gain = points(paired_difference(hard[name], erm))
                score = _score(hard[name], erm, oracle) if oracle else "–"
            cells = [percent(v[m]) for m in ("easy_accuracy", "hard_rotated_accuracy", "hard_other_accuracy")]
            seconds = estimate(row.seconds for row in runs if row.strategy == name and row.metric == "easy_accuracy")
            lines.append(
                [dataset, model, name, uses[name] or "–", *cells, gain, score, f"{seconds.mean:.0f}", _n(v), budget]
            )
    return Table(
        "Strategies",
        (
            *("dataset", "network", "strategy", "is handed", "easy % ↑", "hard, rotated % ↑", "hard, other % ↑"),
            *("gain over ERM", "norm score ↑", "s", "seeds", "budget"),
        ),
        lines,
        f"{INTERVAL} ERM and oracle have the same network, data, seeds, batches and number of steps as every cure. "
        "Gain: points of hard accuracy (mean of both splits) over matched ERM, paired by seed. "
        "Norm score: 100 × (cure − ERM) / (oracle − ERM). s: seconds of training on one core.",
    )


def noise_table(rows: Sequence[Row]) -> Table:
    """How much noise makes a model say the target: fixed ε, smallest ε, and each model against the lazy one."""
    lines = []
    for (dataset, model), runs in by(rows, "dataset", "model").items():
        by_strategy = {name: values(found) for (name,), found in by(runs, "strategy").items()}
        n = {row.strategy: row.n for row in runs}
        lazy = by_strategy.get("lazy")
        for name in sorted(
            by_strategy, key=lambda name: -estimate(by_strategy[name]["smallest_epsilon"].values()).mean
        ):
            v = by_strategy[name]
            ratio = "–"
            if lazy and name != "lazy":
                e = paired_ratio(lazy["smallest_epsilon"], v["smallest_epsilon"])
                ratio = f"{e.mean:.1f}" + ("" if e.n == 1 else f" [{e.low:.1f}, {e.high:.1f}]")
            smallest, steps = estimate(v["smallest_epsilon"].values()), estimate(v["attack_steps"].values())
            lines.append(
                [dataset, model, name, percent(v["attack_success"]), with_interval(smallest, 4), f"{steps.mean:.0f}"]
                + [ratio, str(n[name]), _n(v)]
            )
    return Table(
        "Noise: a 7 becomes a 3, over 90 % sure",
        (
            *("dataset", "network", "model", "fooled within ε < 0.05, %", "median smallest ε", "steps"),
            *("lazy needs × as much", "sevens", "seeds"),
        ),
        lines,
        f"{INTERVAL} Sevens in their own class's colour, every pixel moved by less than ε (images in [0, 1]). "
        "Smallest ε: bisected per image, an upper bound. Steps: median gradient steps of the attack at ε < 0.05; "
        "an image that never succeeds counts with all of them.",
    )


def budget_table(rows: Sequence[Row]) -> Table:
    """Easy and hard accuracy of plain training against its length: laziness is a budget."""
    lines = []
    for (dataset, model, budget), runs in by(rows, "dataset", "model", "budget").items():
        v = values(runs)
        cells = [percent(v[m]) for m in ("easy_accuracy", "hard_rotated_accuracy", "hard_other_accuracy")]
        lines.append([dataset, model, budget, *cells, _n(v)])
    lines.sort(key=lambda line: (line[0], line[1], line[2].partition(" ")[2], int(line[2].split()[0])))
    return Table(
        "Laziness is a budget",
        ("dataset", "network", "trained for", "easy %", "hard, rotated %", "hard, other %", "seeds"),
        lines,
        f"{INTERVAL} Plain ERM at a constant learning rate, looked at while it trains.",
    )


def speed_table(rows: Sequence[Row]) -> Table:
    """What one run of `pytest -m perf bench` measured, side by side."""
    return Table(
        "Speed",
        ("what", "value"),
        [[row.metric, f"{row.value:,.3g}" if row.value < 1000 else f"{row.value:,.0f}"] for row in rows],
        "Medians of alternating measurements in one run.",
    )


INTERVAL = "Mean over seeds ± half its 95 % interval (Student's t)."


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


def with_interval(e: Estimate, digits: int) -> str:
    """Return "mean ± half width" with fixed decimals; a single seed is a bare number."""
    return f"{e.mean:.{digits}f}" + ("" if math.isnan(e.low) else f" ± {e.half_width:.{digits}f}")


def percent(by_seed: Mapping[int, float]) -> str:
    """Return fractions as percent with their interval."""
    return with_interval(estimate(100 * v for v in by_seed.values()), 1)


def points(e: Estimate) -> str:
    """Return a difference of fractions as signed points."""
    return f"{100 * e.mean:+.1f}" + ("" if math.isnan(e.low) else f" ± {100 * e.half_width:.1f}")


def _mean_of(v: Values, first: str, second: str) -> dict[int, float]:
    return {seed: (v[first][seed] + v[second][seed]) / 2 for seed in v[first] if seed in v[second]}


def _score(cure: dict[int, float], erm: dict[int, float], oracle: dict[int, float]) -> str:
    return with_interval(norm_score(cure, erm, oracle), 0)


def _n(v: Values) -> str:
    return str(max(map(len, v.values())))


RENDERERS: dict[str, Callable[[Sequence[Row]], Table]] = {
    "lazy": lazy_table,
    "budget": budget_table,
    "cures": strategies_table,
    "noise": noise_table,
    "speed": speed_table,
}
