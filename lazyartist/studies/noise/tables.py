"""The tables about noise: how much it takes, by whom, from what to what, and why."""

from __future__ import annotations

import math

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lazyartist.studies.noise.numbers import NOTHING, mean_size, over, quartiles, square, written
from lazyartist.reporting.stats import estimate
from lazyartist.reporting.table import (
    INTERVAL,
    Table,
    Values,
    by,
    painted,
    percent,
    seeds_of,
    values,
)


if TYPE_CHECKING:
    from lazyartist.reporting.row import Row

PAINTS = {"": "its class's colour", "conflicting_": "another's colour", "grey_": "grey"}
CONTROL = "The control was trained on grey images, and is attacked on grey ones, whatever the paint. "
PAIRED = "Lazy needs: × as much, the median of the images' own ratios, geometric mean over seeds [95 % interval]."


def noise_tables(rows: Sequence[Row]) -> list[Table]:
    """How much noise makes a 7 a 3: found and proven, in every paint, and whether anything else finds less."""
    cases = [(case, _models(found)) for case, found in by(rows, "dataset", "task", "model").items()]
    tables = [_bracket(cases, rows)]
    metrics = {row.metric for row in rows}
    if "grey_smallest_epsilon" in metrics:
        tables.append(_paints(cases))
    if "square_success" in metrics:
        tables.append(_checks(cases))
    return tables


Models = dict[tuple[str, ...], list["Row"]]
Cases = Sequence[tuple[tuple[str, ...], Models]]


def _models(rows: Sequence[Row]) -> Models:
    """Return the rows of each strategy and budget, the one that takes most noise first."""
    found = by(rows, "strategy", "budget")
    return dict(sorted(found.items(), key=lambda item: -estimate(values(item[1])["smallest_epsilon"].values()).mean))


def _bracket(cases: Cases, rows: Sequence[Row]) -> Table:
    control = CONTROL if any(row.strategy == "grayscale_erm" for row in rows) else ""
    lines = []
    for (dataset, _, model), models in cases:
        for (name, budget), mine in models.items():
            v = values(mine)
            found = [percent(v["attack_success"]), mean_size(v, "smallest_epsilon"), quartiles(mine)]
            proven = [mean_size(v, "certified_epsilon"), mean_size(v, "attack_over_certified", 1)]
            sevens = str(max(row.n for row in mine))
            about = [_steps(v), _ratio(models, name, mine, "smallest_epsilon"), sevens, seeds_of(v), budget]
            lines.append([dataset, model, name, *found, *proven, mean_size(v, "flip_epsilon"), *about])
    return Table(
        "Noise: a 7 becomes a 3, over 90 % sure",
        (
            *("dataset", "network", "strategy", "fooled within ε < 0.05, %", "median smallest ε", "quartiles"),
            *("proven: none below", "found / proven", "ε that merely flips", "steps", "lazy needs × as much"),
            *("sevens", "seeds", "budget"),
        ),
        lines,
        f"{INTERVAL} Sevens in their own class's colour, every pixel moved by less than ε (images in [0, 1]). "
        "BisectionAttack ε: what fast minimum norm finds for an image; quartiles over all images and seeds; ∞ where none was "
        "found. Proven: below it no noise can do it, median of the first sevens; found / proven: median of their "
        "ratios. Flips: the answer is 3, however sure. Steps: median gradient steps of the iterated sign attack at "
        f"ε < 0.05; an image that never succeeds counts with all of them. {PAIRED} {control}{painted(rows)}",
    )


def _paints(cases: Cases) -> Table:
    lines = []
    for (dataset, _, model), models in cases:
        for (name, _), mine in models.items():
            v = values(mine)
            for prefix, words in PAINTS.items():
                shares = [
                    percent(v[f"{prefix}{m}"]) for m in ("right_before_noise", "already_target", "attack_success")
                ]
                sizes = [mean_size(v, f"{prefix}{m}") for m in ("smallest_epsilon", "flip_epsilon")]
                ratio = _ratio(models, name, mine, f"{prefix}smallest_epsilon")
                lines.append([dataset, model, name, words, *shares, *sizes, ratio, seeds_of(v)])
    return Table(
        "Noise, by the colour of the sevens",
        (
            *("dataset", "network", "strategy", "painted in", "right before noise, %", "a 3 before noise, %"),
            *("fooled within ε < 0.05, %", "median smallest ε", "ε that merely flips", "lazy needs × as much", "seeds"),
        ),
        lines,
        f"{INTERVAL} A seven that is taken for a 3 before any noise is no success of an attack: it is left out of the "
        f"columns that follow. {PAIRED}",
    )


def _checks(cases: Cases) -> Table:
    lines = []
    for (dataset, _, model), models in cases:
        for (name, _), mine in models.items():
            v = values(mine)
            metrics = ("square_success", "random_success", "zero_gradients", "randomised")
            shares = [percent(v[metric]) if metric in v else NOTHING for metric in metrics]
            crossed = f"{sum(v['bound_crossed'].values()):.0f}" if "bound_crossed" in v else NOTHING
            bisected = mean_size(v, "found_over_bisected", 3)
            lines.append([dataset, model, name, bisected, *shares, crossed, seeds_of(v)])
    return Table(
        "Noise: does anything find less?",
        (
            *(
                "dataset",
                "network",
                "strategy",
                "found / bisected",
                "Square finds less, %",
                "random noise finds less, %",
            ),
            *("no gradient, %", "random answers, %", "bound crossed, images", "seeds"),
        ),
        lines,
        f"{INTERVAL} Found / bisected: median over images of the smallest ε over that of a bisection. Square and "
        "random noise ask the model 1,000 and 10,000 times, within what was found: where they succeed, gradients are "
        "masked.",
    )


def pairs_tables(rows: Sequence[Row]) -> list[Table]:
    """All pairs of source and target: a summary, and a table of medians for each model."""
    lines, squares = [], []
    for (dataset, model, name, budget), mine in by(rows, "dataset", "model", "strategy", "budget").items():
        v = values(mine)
        medians = square(mine, "pair_epsilon")
        cells = {(i, j): x for i, line in enumerate(medians) for j, x in enumerate(line) if not math.isnan(x)}
        ends = [
            f"{i} → {j}: {written(cells[i, j])}" for i, j in sorted(cells, key=cells.__getitem__)[:: len(cells) - 1]
        ]
        noise = [mean_size(v, f"{paint}pair_epsilon") for paint in ("", "conflicting_")]
        already = [percent(v[f"{paint}already_target"]) for paint in ("", "conflicting_")]
        lines.append([dataset, model, name, noise[0], *ends, already[0], noise[1], already[1], seeds_of(v), budget])
        grid = [[f"a {i}", *("" if math.isnan(x) else written(x) for x in line)] for i, line in enumerate(medians)]
        note = f"Median smallest ε over 90 % sure, images in their class's colour, mean of {seeds_of(v)} seeds."
        squares.append(
            Table(f"Every pair: {dataset}, {model}, {name}", ("becomes a", *map(str, range(len(grid)))), grid, note)
        )
    images = max(row.n for row in rows if row.metric == "pair_epsilon")
    summary = Table(
        "Noise from every class to every other",
        (
            *(
                "dataset",
                "network",
                "strategy",
                "median smallest ε",
                "easiest",
                "hardest",
                "the target before noise, %",
            ),
            *("in another's colour: median ε", "the target before noise, %", "seeds", "budget"),
        ),
        lines,
        f"{INTERVAL} Median of all pairs' images, {images} a model, over 90 % sure. An image that is taken for the "
        f"target before any noise is left out of the medians. {painted(rows)}",
    )
    return [summary, *squares]


def cause_tables(rows: Sequence[Row]) -> list[Table]:
    """Why a lazy model takes more noise: to flip and to be sure, and at equal confidence."""
    lines = []
    for (dataset, model), found in by(rows, "dataset", "model").items():
        models = {(name, task): mine for (name, task), mine in by(found, "strategy", "task").items()}
        lazy = next((mine for (name, _), mine in models.items() if name == "lazy"), None)
        for (name, task), mine in models.items():
            v = values(mine)
            sizes = [
                mean_size(v, m) for m in ("flip_epsilon", "smallest_epsilon", "matched_epsilon", "recolour_epsilon")
            ]
            ratios = [over(lazy, mine, m) for m in ("flip_epsilon", "smallest_epsilon", "matched_epsilon")]
            about = [percent(v["clean_confidence"]), mean_size(v, "scale", 2)]
            lines.append([dataset, model, name, task.split()[0], *about, *sizes, *ratios, seeds_of(v)])
    return [
        Table(
            "Why the lazy model takes more noise",
            (
                *("dataset", "network", "strategy", "correlation", "sure of its 7s, %", "logits × for 99 %"),
                *("ε that flips", "ε for 90 %", "ε for 90 %, at equal confidence", "ε of another colour that flips"),
                *("lazy needs × as much: flip", "90 %", "90 %, at equal confidence", "seeds"),
            ),
            lines,
            f"{INTERVAL} Sevens in their own class's colour. Equal confidence: logits are multiplied so that the mean "
            "confidence in the right class is 99 % before noise. Another colour: the least change of a pixel on the "
            f"straight way to the same 7 in a 3's colour that makes the answer 3; ∞ where it never does. {PAIRED}",
        )
    ]


def _steps(v: Values) -> str:
    return f"{estimate(v['attack_steps'].values()).mean:.0f}"


def _ratio(models: Models, name: str, mine: Sequence[Row], metric: str) -> str:
    lazy = [found for (other, _), found in models.items() if other == "lazy"]
    return over(lazy[0], mine, metric) if len(lazy) == 1 and name != "lazy" else NOTHING
