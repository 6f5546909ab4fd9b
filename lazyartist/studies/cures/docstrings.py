"""What a strategy's docstring says of its results, made from rows, so that a test can hold the one to the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lazyartist.reporting.table import by, percent, values


if TYPE_CHECKING:
    from lazyartist.reporting.row import Row

DATASETS = {"mnist": "MNIST", "fashion": "Fashion-MNIST"}


def measured(strategy: str, rows: Sequence[Row]) -> str:
    """Return the sentences about a strategy's results on the three-layer network beside those of matched ERM."""
    sentences = []
    mine = [row for row in rows if row.study == "cures" and row.model == "simple_cnn"]
    for (dataset, budget), runs in by(mine, "dataset", "budget").items():
        found = {name: values(those) for (name,), those in by(runs, "strategy").items()}
        if not {strategy, "erm"} <= set(found) or dataset not in DATASETS:
            continue
        v, erm = found[strategy], found["erm"]
        hard = [percent(x[m]) for x in (v, erm) for m in ("hard_rotated_accuracy", "hard_other_accuracy")]
        sentences.append(
            f"{DATASETS[dataset]} (simple_cnn, {budget.partition(',')[0]}, n = {len(v['easy_accuracy'])}): easy "
            f"{percent(v['easy_accuracy'])}, hard {hard[0]} (rotated) and {hard[1]} (other); matched ERM "
            f"{hard[2]} and {hard[3]}."
        )
    return "Measured, percent. " + " ".join(sorted(sentences, key=lambda s: s.startswith("Fashion")))
