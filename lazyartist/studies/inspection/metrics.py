"""What the study of units and maps, its tables and its figures share: names and their order; torch-free."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazyartist.options import split_options
from lazyartist.studies.lazy import CONTROL, LAZY


if TYPE_CHECKING:
    from collections.abc import Iterable

    from lazyartist.reporting.row import At, Row

FULLY_BIASED = f"{LAZY}, fully biased"
# the cheat, the cheat that no training image contradicts, what never saw a colour; then the cures
ORDER = (LAZY, FULLY_BIASED, CONTROL)

# values of the keys "map", "images", "region", "kind" and "factor"
MAPS = {"grad_cam": "Grad-CAM, last layer", "layer_cam": "LayerCAM, first layer", "saliency": "saliency"}
RANDOM_MAP = "random"
IMAGES = ("aligned", "conflicting")
REGIONS = ("stroke", "edge", "interior", "background")
KINDS = ("attribute", "class", "both", "neither", "dead")
FACTORS = ("attribute", "class")


def model_name(at: At) -> str:
    """Return how tables and figures call the model of a row, or of a run."""
    strategy = str(at["strategy"])
    return FULLY_BIASED if split_options(strategy)[0] == LAZY and at.get("correlation") == 1 else strategy


def in_order(names: Iterable[str]) -> list[str]:
    """Return models' names in the order of the story."""
    return sorted(names, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))


def by_seed(rows: Iterable[Row], metric: str, **at: str) -> dict[int, float]:
    """Return seed -> value of the rows of a metric that have these keys."""
    return {
        row.seed: row.value
        for row in rows
        if row.metric == metric and all(row.at.get(name) == value for name, value in at.items())
    }


def layers_of(rows: Iterable[Row]) -> list[str]:
    """Return the layers whose units were measured, in the order of the network."""
    return list(dict.fromkeys(str(row.at["layer"]) for row in rows if row.metric == "units"))


def run_keys(rows: Iterable[Row], *without: str) -> list[str]:
    """Return the names of the keys that tell runs apart, among them changed knobs, but for those in `without`."""
    first = [name for name in ("dataset", "network", "strategy") if name not in without]
    return [*first, *sorted({name for row in rows for name in row.origin.at} - {*first, *without})]
