"""The tables about sparse autoencoders: features, steering, variants, layer-wise probing; torch-free."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lazyartist.reporting.table import (
    BUDGET,
    DATA,
    INTERVAL,
    Table,
    by,
    painted,
    seeds_of,
    values,
)
from lazyartist.studies import TABLES
from lazyartist.studies.decomposition.cells import CASE, in_order, mean, names_of, number, percent_of
from lazyartist.studies.decomposition.metrics import (
    ATTRIBUTE_AUROC,
    AUROC,
    COMPARED_AT,
    DEAD_SHARE,
    DOWN,
    EXPLAINED_VARIANCE,
    KNOBS,
    L0,
    LOSS_RECOVERED,
    MEANS,
    PROBE_AUROC,
    SAME_NAME,
    SHARED_FEATURES,
    STABLE_FEATURES,
    STEER_COST,
    STEER_DOWN,
    STEER_UP,
    STEERED_SHARE,
    STEERED_VALUES,
)


if TYPE_CHECKING:
    from lazyartist.reporting.row import Row

TEN = 10  # values in a line


@TABLES.register("sae")
def sae_tables(rows: Sequence[Row]) -> list[Table]:
    """What the features of the lazy model's last hidden layer are like, and what steering does."""
    lines, best = [], []
    for own in by(rows, *CASE).values():
        at, v = own[0].at, values(own)
        names = names_of(at)
        *bias, target = in_order(own, "factor")
        fit = [percent_of(v, EXPLAINED_VARIANCE), number(v[L0], 1), percent_of(v, DEAD_SHARE)]
        probes = [_probe(own, factor, features) for factor, features in ((bias[0], 1), (target, 1), (target, 5))]
        stable = [percent_of(v, m) for m in (STABLE_FEATURES, SAME_NAME)]
        told = number(v[ATTRIBUTE_AUROC], 3)
        lines.append([*names, *fit, percent_of(v, LOSS_RECOVERED), told, *probes, *stable, seeds_of(v)])
        details = [row.detail or [] for row in own if row.metric == ATTRIBUTE_AUROC]
        best += _in_tens(names[:2], [f"{sum(d) / len(d):.3f} ({min(d):.3f})" for d in zip(*details, strict=True)])
    header = (
        *("dataset", "network", "strategy", "explained variance % ↑", "L0 ↓", "dead % ↓", "loss recovered % ↑"),
        *("worst attribute value's AUROC ↑", "attribute by 1 feature", "class by 1", "class by 5"),
        *("stable features % ↑", "same name %", "seeds"),
    )
    return [
        Table(
            "The lazy model's last hidden layer, taken apart",
            header,
            lines,
            f"{INTERVAL} A TopK autoencoder with 64 features, at most 16 of them at once, trained on training images "
            "as they are and on those whose attribute says nothing, judged on test images of the latter kind; knobs "
            "that were changed stand behind the strategy. Explained variance: predicting the mean scores 0. Dead: "
            "fires for no test image. Loss recovered: of the cross-entropy, against the mean vector. Worst attribute "
            "value's AUROC: each value, such as a colour, has the feature that told it best on other images; the "
            "lowest of them. By 1, by 5: mean AUROC of a probe on so many features. Stable: features of an attribute "
            "value with a match of cosine > 0.7 in an autoencoder of another seed; same name: whose match is named "
            f"after the same value. {painted(rows)}",
        ),
        Table(
            "Each attribute value's best feature",
            ("dataset", "network", "values from", *map(str, range(TEN))),
            best,
            "AUROC on test images, mean over seeds (and the lowest). Two attributes have a value for each pair.",
        ),
        *(_steering(own) for own in by(rows, *CASE).values()),
    ]


def _in_tens(names: Sequence[str], cells: Sequence[str]) -> list[list[str]]:
    """Return a line for every ten cells, each with the names and the number of its first."""
    tens = ((first, [*cells[first : first + TEN]]) for first in range(0, len(cells), TEN))
    return [[*names, str(first), *ten, *["–"] * (TEN - len(ten))] for first, ten in tens]


def _steering(rows: Sequence[Row]) -> Table:
    at = rows[0].at
    steered = [row for row in rows if row.metric in (STEER_UP, STEERED_VALUES, STEER_DOWN, STEER_COST)]
    kinds = {str(direction): values(own) for (direction,), own in by(steered, "direction").items()}
    lines = []
    for kind, v in sorted(kinds.items(), key=lambda item: -mean(item[1][STEER_UP])):
        down = [percent_of(v, metric) for metric in (STEER_DOWN, STEER_COST)]
        lines.append([kind, percent_of(v, STEER_UP), number(v[STEERED_VALUES], 1), *down, seeds_of(v)])
    return Table(
        f"Steering: {', '.join(names_of(at))}",
        (
            "steered along",
            "up: the value's class %",
            f"values ≥ {STEERED_SHARE:.0%}",
            "down: the value's class %",
            "others changed %",
            "seeds",
        ),
        lines,
        f"{INTERVAL} Up: images with other attribute values and classes that are called the value's class once a "
        f"vector of {COMPARED_AT:g} times the layer's usual deviation is added; for how many values that is "
        f"{STEERED_SHARE:.0%} of the images or more. Down: images with the value, but not of its class, that are still "
        f"called its class once {DOWN[-1]:g} times the deviation is taken away; and how many images with other values "
        "change their answer then. Features: all that tell the value, together. Random ones are the controls. "
        + painted(rows),
    )


@TABLES.register("sae_variants")
def sae_variants_tables(rows: Sequence[Row]) -> list[Table]:
    """Every variant at several sparsities: one table per dataset, network and strategy."""
    tables = []
    for own in by(rows, *CASE).values():
        at, lines = own[0].at, []
        for (variant,), runs in by(own, "sae").items():
            v = values(runs)
            cells = [percent_of(v, EXPLAINED_VARIANCE), number(v[L0], 1), percent_of(v, DEAD_SHARE)]
            lines.append([str(variant), *cells, percent_of(v, SHARED_FEATURES), seeds_of(v)])
        tables.append(
            Table(
                f"Sparse autoencoders: {', '.join(names_of(at))}",
                ("variant", "explained variance % ↑", "L0 ↓", "dead % ↓", "shared features % ↑", "seeds"),
                lines,
                f"{INTERVAL} 64 features of the last hidden layer, 1,000 steps; knobs that were changed stand in the "
                "title. Shared: living features with a match of cosine > 0.7 in an autoencoder of another seed. "
                + painted(own),
            )
        )
    return tables


@TABLES.register("layer_probing")
def layer_probing_tables(rows: Sequence[Row]) -> list[Table]:
    """Attribute and class layer by layer: one table per dataset and network."""
    tables = []
    for own in by(rows, *DATA, "network").values():
        at, factors, lines = own[0].at, in_order(own, "factor"), []
        for runs in by(own, "strategy", *BUDGET, *KNOBS).values():
            strategy = names_of(runs[0].at)[-1]
            for layer in in_order(runs, "layer"):
                probed = by((row for row in runs if row.at["layer"] == layer), "factor", "by")
                cells = [
                    number(values(probed.get((factor, means), []))[AUROC], 3) for factor in factors for means in MEANS
                ]
                lines.append([strategy, layer, *cells, seeds_of(values(runs))])
        tables.append(
            Table(
                f"Attribute and class in the hidden states: {at['dataset']}, {at['network']}",
                ("strategy", "layer", *(f"{factor} by {means}" for factor in factors for means in MEANS), "seeds"),
                lines,
                f"{INTERVAL} Mean AUROC over attribute values, or classes, on test images whose attribute says "
                "nothing: of the one feature of a sparse autoencoder, the one raw channel and the linear probe that "
                "did best on other images. Each layer's mean over positions. 0.5 is chance. grayscale_erm was trained "
                f"on grey images, and is asked about coloured ones here. {painted(own)}",
            )
        )
    return tables


def _probe(rows: Sequence[Row], factor: str, features: int) -> str:
    probes = by((row for row in rows if row.metric == PROBE_AUROC), "factor", "features")
    return number(values(probes.get((factor, features), []))[PROBE_AUROC], 3)
