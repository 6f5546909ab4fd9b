"""The tables about lazy models; torch-free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from lazyartist.criteria import LAZY_EASY
from lazyartist.reporting.stats import estimate
from lazyartist.reporting.table import (
    ACCURACIES,
    INTERVAL,
    Table,
    Values,
    budget_words,
    by,
    painted,
    percent,
    seeds_of,
    values,
)
from lazyartist.studies import TABLES
from lazyartist.studies.cures.numbers import judged_by
from lazyartist.studies.lazy import lazy_stops
from lazyartist.studies.lie_names import dataset_words
from lazyartist.studies.settings import bias_of, hard_metrics, settings


if TYPE_CHECKING:
    from lazyartist.reporting.row import Row

HALF = 0.5  # of the hard images: shapes are learnt by then
HEADERS = dict(zip(ACCURACIES, ("easy % ↑", "hard, rotated % ↓", "hard, other % ↓"), strict=True))


@TABLES.register("lazy")
def lazy_tables(rows: Sequence[Row]) -> list[Table]:
    """How lazy the lazy model is."""
    shown = [ACCURACIES[0], *hard_metrics(row.metric for row in rows)]
    bias = bias_of(rows)
    lines = []
    for at, runs in settings(rows):
        v = values(runs)
        shares = [percent(v[m]) if m in v else "–" for m in (*shown, "follows_bias")]
        steps = v["steps"].values()
        names = [str(at[key]) for key in ("dataset", "network", "strategy")]
        lines.append([*names, *shares, f"{min(steps):.0f}–{max(steps):.0f}", seeds_of(v), budget_words(at)])
    table = Table(
        "The lazy model",
        (
            *("dataset", "network", "strategy", *(HEADERS.get(metric, f"{metric} % ↓") for metric in shown)),
            *(f"follows {bias} %", "steps", "seeds", "budget, at most"),
        ),
        lines,
        f"{INTERVAL} Lazy is plain training that {lazy_stops(bias)} Follows {bias}: share of images with another "
        f"class's {bias} that are called that class. {painted(rows)}",
    )
    return [table, *recolour_tables(rows)]


def recolour_tables(rows: Sequence[Row]) -> list[Table]:
    """Class by attribute, the share of answers that name the attribute's class: one table per setting."""
    tables = []
    bias = bias_of(rows)
    for at, runs in settings([row for row in rows if row.metric == "follows_bias" and row.detail]):
        details = [row.detail or [] for row in runs]
        lines = [
            [f"a {i}", *(f"{100 * sum(shares) / len(shares):.0f}" for shares in zip(*line, strict=True))]
            for i, line in enumerate(zip(*details, strict=True))
        ]
        tables.append(
            Table(
                f"Follows the {bias}: {at['dataset']}, {at['network']}, {at['strategy']}",
                (f"in the {bias} of", *map(str, range(len(lines[0]) - 1))),
                lines,
                f"Percent of answers that name the {bias}'s class, mean of {len(runs)} seeds.",
            )
        )
    return tables


@TABLES.register("budget")
def budget_tables(rows: Sequence[Row]) -> list[Table]:
    """How early the lie and how late the shapes are learnt; then easy and hard accuracy at every checkpoint."""
    shown = [ACCURACIES[0], *hard_metrics(row.metric for row in rows)]
    early, lines = [], []
    for at, runs in settings(rows, "step"):
        names = [dataset_words(at), str(at["network"]), str(at["strategy"])]
        checkpoints = {int(step): values(own) for (step,), own in by(runs, "step").items()}
        n = seeds_of(checkpoints[max(checkpoints)])
        early.append([*names, *_how_early(checkpoints), n, budget_words(at)])
        for step, v in checkpoints.items():
            shares = [percent(v[m]) if m in v else "–" for m in shown]
            lines.append([*names, str(step), *shares, seeds_of(v), budget_words(at)])
    names = [HEADERS.get(metric, metric).removesuffix("↑").removesuffix("↓").rstrip() for metric in shown]
    return [
        Table(
            "How early a lie is learnt, and how late the shapes",
            (
                *("dataset", "network", "strategy", f"easy over {100 * LAZY_EASY.threshold:.0f} %: step"),
                *("hard then %", f"hard over {100 * HALF:.0f} %: step", "last step", "hard in the end %", "seeds"),
                "budget",
            ),
            early,
            "The first checkpoint at which the mean over seeds is over the mark; – if none is. Hard: the mean of the "
            f"hard splits. {INTERVAL} {painted(rows)}",
        ),
        Table(
            "Laziness is a budget",
            ("dataset", "network", "strategy", "step", *names, "seeds", "budget"),
            lines,
            f"{INTERVAL} Looked at while it trains. {painted(rows)}",
        ),
    ]


def _how_early(checkpoints: Mapping[int, Values]) -> list[str]:
    """Return when easy accuracy is high, the hard one then; when the hard one is; the last step, the hard one then."""
    easy = {step: v[ACCURACIES[0]] for step, v in checkpoints.items() if ACCURACIES[0] in v}
    hard = {step: by_seed for step, v in checkpoints.items() if (by_seed := judged_by(v))}

    def first(accuracy: Mapping[int, Mapping[int, float]], mark: float) -> int | None:
        return next((step for step in sorted(accuracy) if estimate(accuracy[step].values()).mean > mark), None)

    def hard_at(step: int | None) -> str:
        return percent(hard[step]) if step in hard else "–"

    told, known, last = first(easy, LAZY_EASY.threshold), first(hard, HALF), max(checkpoints)
    return [str(told or "–"), hard_at(told), str(known or "–"), str(last), hard_at(last)]
