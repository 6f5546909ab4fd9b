"""The tables about outliers and counterfactuals; torch-free."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lazyartist.reporting.table import INTERVAL, Table, by, data_words, seeds_of, values
from lazyartist.studies import TABLES
from lazyartist.studies.latents import metrics as names
from lazyartist.studies.latents.tables import cell


if TYPE_CHECKING:
    from lazyartist.reporting.row import Row

DETECTION = (names.AUROC, names.PRECISION_AVERAGE, names.PRECISION, names.RECALL, names.FALSE_ALARMS)
CHANGES = (names.VALID, names.RESTORED, names.KEPT, names.KEPT_EXACTLY, names.PLAUSIBLE)
MOVES = (names.MOVED_LATENTS, names.MOVED_SIGMAS, names.MOVED_PIXELS)


@TABLES.register("outliers")
def outliers_tables(rows: Sequence[Row]) -> list[Table]:
    """How surely odd images of a batch are found, by what they are off in and by detector."""
    recipe = sorted({name for row in rows for name in row.at} - {"off", "odd", "detector"})
    lines = []
    for own in by(rows, *recipe, "off", "odd", "detector").values():
        at, v = own[0].at, values(own)
        share = f"{at['odd']} of 350"
        numbers = [cell(v, metric, 4 if metric == names.AUROC else 3) for metric in DETECTION]
        lines.append([str(at["dataset"]), str(at["off"]), share, str(at["detector"]), *numbers, seeds_of(v)])
    return [
        Table(
            "Odd images of a batch, found without a label",
            (
                *("images", "off in", "odd", "detector", "AUROC ↑", "average precision ↑"),
                *("precision ↑", "recall ↑", "false alarms ↓", "seeds"),
            ),
            lines,
            f"{INTERVAL} 350 images, which share three factors; odd ones have another value of exactly one of them, "
            "or, where they are off in several at once, new values of floor, wall and shape. Precision, recall and "
            "false alarms at the χ² threshold that one normal image in a thousand should pass; no label, and no image "
            "but the batch's, was used. conditional: the largest z-score of a latent given the others, or all latents "
            "together if they deviate more; mcd, plain, ledoit_wolf: Mahalanobis distance with that estimate of the "
            "covariance.",
        )
    ]


@TABLES.register("counterfactuals")
def counterfactuals_tables(rows: Sequence[Row]) -> list[Table]:
    """What odd images look like otherwise, and whether that and only that has changed."""
    recipe = sorted({name for row in rows for name in row.at} - {"off", "move"})
    lines = []
    for own in by(rows, *recipe, "off", "move").values():
        at, v = own[0].at, values(own)
        numbers = [cell(v, metric) for metric in CHANGES] + [cell(v, metric, 2) for metric in MOVES[:2]]
        lines.append([str(at["dataset"]), str(at["off"]), str(at["move"]), *numbers, cell(v, MOVES[2]), seeds_of(v)])
    return [
        Table(
            "Odd images as they would be normal",
            (
                *("images", "off in", "move", "valid ↑", "restored ↑", "others kept ↑", "kept exactly", "plausible ↑"),
                *("latents moved", "σ moved", "pixels changed", "seeds"),
            ),
            lines,
            f"{INTERVAL} The odd image's most deviating latent is moved, then the next one until it would count as "
            "normal, three at most. Valid: decoded and encoded again, it counts as normal. Restored: an exact reader "
            "of rooms finds the factor that was off at the batch's value; kept: and the other five where they were, "
            "size and side within one step. Plausible: as near to a normal image as 99 % of those are to another one. "
            "none: the reconstruction alone, the ceiling of what is kept.",
        )
    ]


@TABLES.register("entanglement")
def entanglement_tables(rows: Sequence[Row]) -> list[Table]:
    """What latents say of a dataset's lie before a classifier is trained."""
    keys = sorted({name for row in rows for name in row.at} - {"split", "factor"})
    lines = []
    for own in by(rows, *keys, "split").values():
        at, v = own[0].at, values([row for row in own if "factor" not in row.at])
        told = {factor: values(of) for (factor,), of in by(own, "factor").items() if factor}
        lines.append(
            [
                *(str(at["dataset"]), data_words(at), str(at["split"])),
                *(cell(told[factor], names.LARGEST) for factor in ("attribute", "class")),
                *(cell(v, metric) for metric in (names.ENTANGLED, names.ENTANGLED_NULL)),
                *(cell(v, metric) for metric in (names.PRECISION_AVERAGE, names.AUROC, names.PRECISION, names.RECALL)),
                seeds_of(v),
            ]
        )
    return [
        Table(
            "A lie seen in latents, before a classifier is trained",
            (
                *("dataset", "made", "images", "attribute told", "class told", "both by one latent", "shuffled"),
                *("average precision ↑", "AUROC ↑", "precision ↑", "recall ↑", "seeds"),
            ),
            lines,
            f"{INTERVAL} Six latents of a small variational autoencoder, which sees no label. Told: the share of the "
            "attribute, or of the class, that the best latent tells, by mutual information; both by one latent: the "
            "lesser of the two shares, of the latent where that is largest; shuffled: the same with the labels of "
            "other images. The others: conflicting images found as the odd ones of their class.",
        )
    ]
