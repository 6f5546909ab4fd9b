"""The tables of the studies, as pure functions of rows: the same rows give the same bytes.

Rows are put together only if dataset, painting, network and budget are the same; what differs gets a line of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from lazyartist.reporting.stats import estimate, norm_score, paired_difference, paired_ratio
from lazyartist.reporting.table import Table, Values, by, hard_accuracy, percent, points, values, with_interval


if TYPE_CHECKING:
    from lazyartist.reporting.row import Row

INTERVAL = "Mean over seeds ± half its 95 % interval (Student's t)."
ACCURACIES = ("easy_accuracy", "hard_rotated_accuracy", "hard_other_accuracy")


def lazy_table(rows: Sequence[Row]) -> Table:
    """How lazy the lazy model is."""
    lines = []
    for (dataset, _, model, strategy, budget), runs in by(
        rows, "dataset", "task", "model", "strategy", "budget"
    ).items():
        v = values(runs)
        shares = [percent(v[m]) for m in (*ACCURACIES, "follows_colour")]
        steps = v["steps"].values()
        lines.append([dataset, model, strategy, *shares, f"{min(steps):.0f}–{max(steps):.0f}", _n(v), budget])
    return Table(
        "The lazy model",
        (
            *("dataset", "network", "strategy", "easy % ↑", "hard, rotated % ↓", "hard, other % ↓"),
            *("follows colour %", "steps", "seeds", "budget, at most"),
        ),
        lines,
        f"{INTERVAL} Lazy is plain training that stops at the first look at the easy validation split over 95 %. "
        "Follows colour: share of images in another class's colour that are called that class. " + _painted(rows),
    )


def recolour_tables(rows: Sequence[Row]) -> list[Table]:
    """Class by colour, the share of answers that name the colour's class: one 10×10 table a dataset and network."""
    tables = []
    found = [row for row in rows if row.metric == "follows_colour" and row.detail]
    for (dataset, _, model, strategy, _), runs in by(found, "dataset", "task", "model", "strategy", "budget").items():
        details = [row.detail or [] for row in runs]
        classes = range(len(details[0]))
        lines = [
            [f"a {i}", *(f"{100 * sum(detail[i][j] for detail in details) / len(details):.0f}" for j in classes)]
            for i in classes
        ]
        tables.append(
            Table(
                f"Follows the colour: {dataset}, {model}, {strategy}",
                ("in the colour of", *map(str, classes)),
                lines,
                f"Percent of answers that name the colour's class, mean of {len(runs)} seeds.",
            )
        )
    return tables


def strategies_table(rows: Sequence[Row]) -> Table:
    """Every way to train beside its matched ERM and its oracle, best first within a dataset and network."""
    lines = []
    for (dataset, _, model, budget), runs in by(rows, "dataset", "task", "model", "budget").items():
        by_strategy = {name: values(found) for (name,), found in by(runs, "strategy").items()}
        uses = {row.strategy: row.uses for row in runs}
        hard = {name: hard_accuracy(v) for name, v in by_strategy.items()}
        erm, oracle = hard.get("erm"), hard.get("oracle")
        for name in sorted(by_strategy, key=lambda name: -estimate(hard[name].values()).mean):
            v = by_strategy[name]
            gain = score = "–"
            if erm and name != "erm":
                gain = points(paired_difference(hard[name], erm))
                score = _score(hard[name], erm, oracle) if oracle else "–"
            cells = [percent(v[m]) for m in ACCURACIES]
            seconds = estimate(row.seconds for row in runs if row.strategy == name and row.metric == "easy_accuracy")
            lines.append(
                [dataset, model, name, uses[name] or "–", *cells, gain, score, f"{seconds.mean:.0f}", _n(v), budget]
            )
    return Table(
        "Strategies",
        (
            *("dataset", "network", "strategy", "uses", "easy % ↑", "hard, rotated % ↑", "hard, other % ↑"),
            *("gain over ERM", "norm score ↑", "s", "seeds", "budget"),
        ),
        lines,
        f"{INTERVAL} ERM and oracle have the same network, data, seeds, batches and number of steps as every cure. "
        "Gain: points of hard accuracy (mean of both splits) over matched ERM, paired by seed. "
        "Norm score: 100 × (cure − ERM) / (oracle − ERM). s: seconds of training on one core. " + _painted(rows),
    )


def knobs_table(rows: Sequence[Row]) -> Table:
    """What was tried to choose the knobs, and how it scored where the hard splits have no say."""
    lines = []
    for (dataset, _, model, strategy, budget), runs in by(
        rows, "dataset", "task", "model", "strategy", "budget"
    ).items():
        v = values(runs)
        scores = [percent(v[m]) for m in ("easy_accuracy", "conflicting_accuracy")]
        lines.append([dataset, model, strategy, *scores, _n(v), budget])
    return Table(
        "Knobs that were tried",
        ("dataset", "network", "strategy", "easy %", "conflicting images of the easy split, %", "seeds", "budget"),
        lines,
        f"{INTERVAL} A name alone is the strategy with the knobs that it has now. Seeds from 100 on, which no other "
        "table has; no test image was looked at. " + _painted(rows),
    )


def noise_table(rows: Sequence[Row]) -> Table:
    """How much noise makes a model say the target: fixed ε, smallest ε, and each model against the lazy one."""
    lines = []
    for (dataset, _, model), runs in by(rows, "dataset", "task", "model").items():
        models = {key: values(found) for key, found in by(runs, "strategy", "budget").items()}
        needed = {key: estimate(v["smallest_epsilon"].values()) for key, v in models.items()}
        lazy = [v["smallest_epsilon"] for (name, _), v in models.items() if name == "lazy"]
        n = {key: found[0].n for key, found in by(runs, "strategy", "budget").items()}
        for key in sorted(models, key=lambda key: -needed[key].mean):
            v, (name, budget) = models[key], key
            ratio = "–"
            if len(lazy) == 1 and name != "lazy":
                e = paired_ratio(lazy[0], v["smallest_epsilon"])
                ratio = f"{e.mean:.1f}" + ("" if e.n == 1 else f" [{e.low:.1f}, {e.high:.1f}]")
            steps = f"{estimate(v['attack_steps'].values()).mean:.0f}"
            cells = [percent(v["attack_success"]), with_interval(needed[key], 4), steps, ratio]
            lines.append([dataset, model, name, *cells, str(n[key]), _n(v), budget])
    return Table(
        "Noise: a 7 becomes a 3, over 90 % sure",
        (
            *("dataset", "network", "strategy", "fooled within ε < 0.05, %", "median smallest ε", "steps"),
            *("lazy needs × as much", "sevens", "seeds", "budget"),
        ),
        lines,
        f"{INTERVAL} Sevens in their own class's colour, every pixel moved by less than ε (images in [0, 1]). "
        "Smallest ε: bisected per image, an upper bound. Steps: median gradient steps of the attack at ε < 0.05; "
        "an image that never succeeds counts with all of them. Lazy needs: ratio of the medians, paired by seed. "
        + _painted(rows),
    )


def budget_table(rows: Sequence[Row]) -> Table:
    """Easy and hard accuracy of plain training against its length: laziness is a budget."""
    lines = []
    for (dataset, _, model, budget), runs in by(rows, "dataset", "task", "model", "budget").items():
        v = values(runs)
        step, _, rest = budget.partition(" ")
        lines.append((dataset, model, rest, int(step), [percent(v[m]) for m in ACCURACIES], _n(v)))
    return Table(
        "Laziness is a budget",
        ("dataset", "network", "step", "easy %", "hard, rotated %", "hard, other %", "seeds", "budget"),
        [[dataset, model, str(step), *cells, n, rest] for dataset, model, rest, step, cells, n in sorted(lines)],
        f"{INTERVAL} Plain ERM, looked at while it trains. " + _painted(rows),
    )


def speed_table(rows: Sequence[Row]) -> Table:
    """What one run of `pytest -m perf bench` measured, side by side."""
    return Table(
        "Speed",
        ("what", "value"),
        [[row.metric, f"{row.value:,.{0 if row.value > 100 else 1 if row.value > 10 else 2}f}"] for row in rows],
        "Medians of alternating measurements in one run.",
    )


def _painted(rows: Sequence[Row]) -> str:
    return f"Painted: {'; '.join(sorted({row.task for row in rows}))}."


def _score(cure: dict[int, float], erm: dict[int, float], oracle: dict[int, float]) -> str:
    return with_interval(norm_score(cure, erm, oracle), 0)


def _n(v: Values) -> str:
    return str(max(map(len, v.values())))


RENDERERS: dict[str, Callable[[Sequence[Row]], Table]] = {
    "lazy": lazy_table,
    "budget": budget_table,
    "cures": strategies_table,
    "knobs": knobs_table,
    "noise": noise_table,
    "speed": speed_table,
}
