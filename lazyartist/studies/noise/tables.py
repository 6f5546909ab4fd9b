"""The tables of the study of noise: how much a class takes to become another, found and proven; torch-free."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lazyartist.reporting.stats import estimate
from lazyartist.reporting.table import (
    BUDGET,
    INTERVAL,
    Table,
    Values,
    budget_words,
    by,
    mean_alone,
    painted,
    percent,
    seeds_of,
    values,
)
from lazyartist.studies import TABLES
from lazyartist.studies.inspection.metrics import run_keys
from lazyartist.studies.lazy import CONTROL, LAZY
from lazyartist.studies.noise.metrics import CERTIFIED, FLIP, MINIMAL, PAINTS, QUERIES, SOURCE, TARGET
from lazyartist.studies.noise.numbers import NOTHING, in_paint, mean_size, quartiles, times_as_much


if TYPE_CHECKING:
    from lazyartist.reporting.row import Row

GREY = "The control was trained on grey images, and is attacked on grey ones, whatever the paint. "
PAIRED = "Lazy needs: × as much, the median of the images' own ratios, geometric mean over seeds [95 % interval]."

Case = tuple[str, str, list[list["Row"]]]  # dataset, network, each model's rows


@TABLES.register("noise")
def noise_tables(rows: Sequence[Row]) -> list[Table]:
    """How much noise makes one class another: found and proven, in every paint; and does anything else find less?"""
    settings = by(rows, *run_keys(rows, "strategy", *BUDGET))
    cases: list[Case] = [(dataset, network, _models(own)) for (dataset, network, *_), own in settings.items()]
    tables = [_bracket(cases, rows)]
    if len({row.at.get("paint") for row in rows}) > 1:
        tables.append(_paints(cases, rows))
    if any(row.metric == "square_success" for row in rows):
        tables.append(_checks(cases))
    return tables


def _models(rows: Sequence[Row]) -> list[list[Row]]:
    """Return the rows of each strategy and budget, the one that takes most noise first."""

    def noise(own: Sequence[Row]) -> float:
        v = values(in_paint(own, "own"))
        return estimate(v[MINIMAL].values()).mean if MINIMAL in v else 0.0

    return sorted(by(rows, "strategy", *BUDGET).values(), key=noise, reverse=True)


def _bracket(cases: Sequence[Case], rows: Sequence[Row]) -> Table:
    control = GREY if any(row.at["strategy"] == CONTROL for row in rows) else ""
    lines = []
    for dataset, network, models in cases:
        for model in models:
            own, at = in_paint(model, "own"), model[0].at
            v = values(own)
            found = [_percent(v, "attack_success"), mean_size(v, MINIMAL), quartiles(own)]
            proven = [mean_size(v, CERTIFIED), mean_size(v, "attack_over_certified", 1), mean_size(v, FLIP)]
            images = str(max((row.n for row in own), default=0))
            about = [
                _steps(v),
                _ratio([in_paint(other, "own") for other in models], own, MINIMAL),
                images,
                seeds_of(v),
                budget_words(at),
            ]
            lines.append([dataset, network, str(at["strategy"]), *found, *proven, *about])
    return Table(
        f"Noise: {_classes(rows)}, over 90 % sure",
        (
            *("dataset", "network", "strategy", "fooled within ε < 0.05, %", "median minimal ε", "quartiles"),
            *("proven: none below", "found / proven", "ε that merely flips", "steps", "lazy needs × as much"),
            *("images", "seeds", "budget"),
        ),
        lines,
        f"{INTERVAL} Images in their own class's colour, every pixel moved by less than ε (images in [0, 1]). "
        "Minimal ε: what fast minimum norm finds for an image; quartiles over all images and seeds; ∞ where none was "
        "found. Proven: below it no noise can do it, median of the first images; found / proven: median of their "
        "ratios. Flips: the answer is the target, however sure. Steps: median gradient steps of the iterated sign "
        f"attack at ε < 0.05; an image that never succeeds counts with all of them. {PAIRED} {control}{painted(rows)}",
    )


def _paints(cases: Sequence[Case], rows: Sequence[Row]) -> Table:
    bias = " or ".join(sorted({str(row.at.get("bias", "attribute")) for row in rows}))
    words = {"own": f"its class's {bias}", "other": f"another's {bias}", "grey": "grey"}
    lines = []
    for dataset, network, models in cases:
        for model in models:
            for paint in PAINTS:
                if not (own := in_paint(model, paint)):
                    continue
                v = values(own)
                shares = [_percent(v, m) for m in ("right_before_noise", "already_target", "attack_success")]
                sizes = [mean_size(v, metric) for metric in (MINIMAL, FLIP)]
                ratio = _ratio([in_paint(other, paint) for other in models], own, MINIMAL)
                name = str(model[0].at["strategy"])
                lines.append([dataset, network, name, words[paint], *shares, *sizes, ratio, seeds_of(v)])
    return Table(
        f"Noise, by the {bias} of the images",
        (
            *("dataset", "network", "strategy", "painted in", "right before noise, %", "the target before noise, %"),
            *("fooled within ε < 0.05, %", "median minimal ε", "ε that merely flips", "lazy needs × as much", "seeds"),
        ),
        lines,
        f"{INTERVAL} An image that is taken for the target before any noise is no success of an attack: it is left out "
        f"of the columns that follow. {PAIRED}",
    )


def _checks(cases: Sequence[Case]) -> Table:
    lines = []
    for dataset, network, models in cases:
        for model in models:
            v = values(in_paint(model, "own"))
            metrics = ("square_success", "random_success", "zero_gradients", "randomised")
            shares = [_percent(v, metric) for metric in metrics]
            crossed = f"{sum(v['bound_crossed'].values()):.0f}" if "bound_crossed" in v else NOTHING
            bisected, name = mean_size(v, "found_over_bisected", 3), str(model[0].at["strategy"])
            lines.append([dataset, network, name, bisected, *shares, crossed, seeds_of(v)])
    return Table(
        "Noise: does anything find less?",
        (
            *("dataset", "network", "strategy", "found / bisected", "Square finds less, %"),
            *("random noise finds less, %", "no gradient, %", "random answers, %", "bound crossed, images", "seeds"),
        ),
        lines,
        f"{INTERVAL} Found / bisected: median over images of the minimal ε over that of a bisection. Square and "
        f"random noise ask the model {QUERIES // 10:,} and {QUERIES:,} times unless the study was told otherwise, "
        "within what was found: where they succeed, gradients are masked.",
    )


def _percent(v: Values, metric: str) -> str:
    return percent(v[metric]) if metric in v else NOTHING


def _steps(v: Values) -> str:
    return mean_alone(v["attack_steps"], 0) if "attack_steps" in v else NOTHING


def _classes(rows: Sequence[Row]) -> str:
    """Which class becomes which: the exercise's, where the study was not told otherwise."""
    pairs = sorted({f"a {row.at.get('source', SOURCE)} becomes a {row.at.get('target', TARGET)}" for row in rows})
    return " or ".join(pairs)


def _ratio(models: Sequence[Sequence[Row]], own: Sequence[Row], metric: str) -> str:
    """How many times as much noise the lazy model takes, where there is one such model; all rows are of one paint."""
    lazy = [rows for rows in models if rows and rows[0].at["strategy"] == LAZY]
    if len(lazy) != 1 or not own or own[0].at["strategy"] == LAZY:
        return NOTHING
    return times_as_much(lazy[0], own, metric)
