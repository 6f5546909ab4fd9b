"""The tables about sparse autoencoders: features, dials, variants, presence, the cure without training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from lazyartist.reporting.stats import estimate, norm_score
from lazyartist.reporting.table import (
    ACCURACIES,
    INTERVAL,
    Table,
    Values,
    by,
    hard_accuracy,
    painted,
    percent,
    seeds_of,
    values,
    with_interval,
)


if TYPE_CHECKING:
    from lazyartist.reporting.row import Row

CASE = ("dataset", "task", "model", "strategy", "budget")
UNEDITED, CEILING = "nothing", "oracle"


def about(rows: Sequence[Row]) -> dict[str, Values]:
    """Sort rows whose metric is "what: of which" by which: which -> what -> seed -> value."""
    found: dict[str, Values] = {}
    for metric, by_seed in values(rows).items():
        what, _, which = metric.partition(": ")
        found.setdefault(which, {})[what] = by_seed
    return found


def decomposition_tables(rows: Sequence[Row]) -> list[Table]:
    """What the features of the lazy model's last hidden layer are like, and what its dials do."""
    lines, colours = [], []
    for (dataset, _, model, strategy, _), mine in by(rows, *CASE).items():
        v = values(mine)
        shares = [percent(v[m]) for m in ("explained_variance", "dead_share", "loss_recovered")]
        told = [_plain(v[m], 3) for m in ("colour_auroc", "colours_by_1", "labels_by_1", "labels_by_5")]
        again = [percent(v[m]) for m in ("found_again", "same_name")]
        cells = [shares[0], _plain(v["l0"], 1), *shares[1:], *told, *again]
        lines.append([dataset, model, strategy, *cells, seeds_of(v)])
        details = [row.detail or [] for row in mine if row.metric == "colour_auroc"]
        colours.append([dataset, model, *(f"{sum(d) / len(d):.3f} ({min(d):.3f})" for d in zip(*details, strict=True))])
    note = painted(rows)
    header = (
        *("dataset", "network", "strategy", "explained variance % ↑", "L0 ↓", "dead % ↓", "loss recovered % ↑"),
        *("worst colour's AUROC ↑", "colour by 1 feature", "class by 1", "class by 5", "found again % ↑"),
        *("same name %", "seeds"),
    )
    return [
        Table(
            "The lazy model's last hidden layer, taken apart",
            header,
            lines,
            f"{INTERVAL} A TopK autoencoder with 64 features, at most 16 of them at once, trained on training images "
            "as they are and in colours that say nothing, judged on test images in such colours. Explained variance: "
            "predicting the mean scores 0. "
            "Dead: fires for no test image. Loss recovered: of the cross-entropy, against the mean vector. Worst "
            "colour's AUROC: each colour has the feature that told it best on other images; the lowest of the ten. By "
            "1, by 5: mean AUROC of a probe on so many features. Found again: colour features with a match of cosine "
            "> 0.7 in an autoencoder of another seed; same name: whose match is named after the same colour. " + note,
        ),
        Table(
            "Each colour's best feature",
            ("dataset", "network", *(f"colour of {c}" for c in range(len(colours[0]) - 2))),
            colours,
            "AUROC on test images, mean over seeds (and the lowest).",
        ),
        *(_dials(key, mine) for key, mine in by(rows, *CASE).items()),
    ]


def _dials(key: tuple[str, ...], rows: Sequence[Row]) -> Table:
    dataset, _, model, strategy, _ = key
    lines = []
    for way, v in sorted(about(rows).items(), key=lambda item: -_mean(item[1].get("dial_up", {}))):
        if "dial_up" in v:
            shares = [percent(v[m]) for m in ("dial_up", "dial_down", "dial_cost")]
            lines.append([way, shares[0], _plain(v["dialled_colours"], 1), *shares[1:], seeds_of(v)])
    return Table(
        f"Dials: {dataset}, {model}, {strategy}",
        (
            "turned along",
            "up: colour's class %",
            "colours ≥ 90 %",
            "down: colour's class %",
            "others changed %",
            "seeds",
        ),
        lines,
        f"{INTERVAL} Up: images of other colours and classes that are called the colour's class once a vector of four "
        "times the layer's usual deviation is added; in how many of ten colours it is 90 % or more. Down: images in "
        "the colour, but not of its class, that are still called its class once twice the deviation is taken away; "
        "and how many images of other colours change their answer then. Features: all that tell the colour, together. "
        "Random ones are the controls. Painted: " + rows[0].task + ".",
    )


def variants_tables(rows: Sequence[Row]) -> list[Table]:
    """Every variant at several sparsities: one table a dataset."""
    tables = []
    for (dataset, _, model, strategy, _), mine in by(rows, *CASE).items():
        seconds = {row.metric.partition(": ")[2]: row.seconds for row in mine}
        lines = []
        for setting, v in about(mine).items():
            cells = [percent(v["explained_variance"]), _plain(v["l0"], 1), percent(v["dead_share"])]
            lines.append([setting, *cells, percent(v["shared"]), f"{seconds[setting]:.1f}", seeds_of(v)])
        tables.append(
            Table(
                f"Sparse autoencoders: {dataset}, {model}, {strategy}",
                ("variant", "explained variance % ↑", "L0 ↓", "dead % ↓", "found again % ↑", "s", "seeds"),
                lines,
                f"{INTERVAL} 64 features of the last hidden layer, 1,000 steps. Found again: living features with a "
                "match of cosine > 0.7 in an autoencoder of another seed. s: processor time of both, trained as one. "
                + painted(mine),
            )
        )
    return tables


def presence_tables(rows: Sequence[Row]) -> list[Table]:
    """Colour and class layer by layer: one table a dataset and network."""
    tables = []
    columns = [f"{what} by {means}" for what in ("colours", "labels") for means in ("feature", "channel", "probe")]
    for (dataset, model), mine in by(rows, "dataset", "model").items():
        lines = []
        for (strategy, _), found in by(mine, "strategy", "budget").items():
            for layer, v in about(found).items():
                lines.append([strategy, layer, *(_plain(v[column], 3) for column in columns), seeds_of(v)])
        tables.append(
            Table(
                f"Colour and class in the hidden states: {dataset}, {model}",
                (
                    "strategy",
                    "layer",
                    *(c.replace("colours", "colour").replace("labels", "class") for c in columns),
                    "seeds",
                ),
                lines,
                f"{INTERVAL} Mean AUROC over ten colours, or ten classes, on test images whose colours say nothing: of "
                "the one feature of a sparse autoencoder, the one raw channel and the linear probe that did best on "
                "other images. Each layer's mean over positions. 0.5 is chance. The control was trained on grey "
                "images, and is asked about coloured ones here. " + painted(mine),
            )
        )
    return tables


def erasure_tables(rows: Sequence[Row]) -> list[Table]:
    """What is left of a model once colour is taken out of its last hidden layer, and SCR."""
    tables = []
    for (dataset, task, model, strategy, budget), mine in by(rows, *CASE).items():
        ways = about(mine)
        hard = {way: hard_accuracy(v) for way, v in ways.items() if "hard_other_accuracy" in v}
        lines = []
        for way, by_seed in sorted(hard.items(), key=lambda item: -_mean(item[1])):
            score = "–" if way in (UNEDITED, CEILING) else _norm(by_seed, hard)
            lines.append([way, *(percent(ways[way][m]) for m in ACCURACIES), score, seeds_of(ways[way])])
        tables.append(
            Table(
                f"The cure without training: {dataset}, {model}, {strategy}",
                ("taken out", "easy % ↑", "hard, rotated % ↑", "hard, other % ↑", "norm score ↑", "seeds"),
                lines,
                f"{INTERVAL} The model's last hidden layer is changed, then its own last layer answers, or one that "
                "was fitted again to 5,000 changed vectors of training images in colours that say nothing. Features "
                "and channels are those about colour, and as many random features. Norm score: 100 × (edited − "
                "nothing) / (oracle − nothing): the model as it is is its own matched ERM; the oracle was trained for "
                f"long, the lazy model was not. {budget}. Painted: {task}.",
            )
        )
    scr = [row for row in rows if row.metric.startswith("scr_")]
    lines = []
    for (dataset, _, model, strategy, _), mine in by(scr, *CASE).items():
        v = values(mine)
        counts = sorted(v, key=lambda metric: int(metric.partition("_")[2]))
        lines.append([dataset, model, strategy, *(_plain(v[m], 2) for m in counts), seeds_of(v)])
    if scr:
        names = tuple(f"{metric.partition('_')[2]} features" for metric in counts)
        tables.append(
            Table(
                "Spurious correlation removal, as published",
                ("dataset", "network", "strategy", *names, "seeds"),
                lines,
                f"{INTERVAL} Of what a probe lost that was fitted to a 3 and an 8 each in its own colour, how much "
                "comes back once so many features are ablated. Warning: an audit (arXiv:2605.18229) found that this "
                "score does not rank autoencoders; it is here because readers ask for it. " + painted(scr),
            )
        )
    return tables


def _norm(by_seed: Mapping[int, float], hard: Mapping[str, dict[int, float]]) -> str:
    return with_interval(norm_score(by_seed, hard[UNEDITED], hard[CEILING]), 0)


def _plain(by_seed: Mapping[int, float], digits: int) -> str:
    return with_interval(estimate(by_seed.values()), digits)


def _mean(by_seed: Mapping[int, float]) -> float:
    return sum(by_seed.values()) / max(1, len(by_seed))
