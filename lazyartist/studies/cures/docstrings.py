"""What a strategy's docstring says of its results, made from rows, so that a test can hold the one to the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lazyartist.reporting.table import percent, values


if TYPE_CHECKING:
    from lazyartist.reporting.row import Row

STANDARD = {"dataset": "mnist", "network": "simple_cnn", "epochs": 2}  # where a docstring's numbers come from


def measured(strategy: str, rows: Sequence[Row]) -> str:
    """Return the line about a strategy's hard accuracy on MNIST with the three-layer network and the usual budget."""
    wanted = {**STANDARD, "strategy": strategy}
    own = [row for row in rows if row.study == "cures" and all(row.at.get(key) == wanted[key] for key in wanted)]
    by_metric = values(own)
    rotated, other = (by_metric[f"hard_{way}_accuracy"] for way in ("rotated", "other"))
    return (
        f"MNIST, simple_cnn, 2 epochs, n = {len(rotated)}: hard {percent(rotated)} (rotated), {percent(other)} (other); "
        "see results/cures.md."
    )
