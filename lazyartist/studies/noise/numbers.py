"""Numbers about noise, from rows to the words of a table: sizes, quartiles, ratios to the lazy model; torch-free."""

from __future__ import annotations

import math

from collections.abc import Iterable, Sequence
from statistics import median
from typing import TYPE_CHECKING

from lazyartist.reporting.stats import Estimate, estimate
from lazyartist.reporting.table import Cell, Values, with_interval
from lazyartist.studies.noise.metrics import MINIMAL, Paint


if TYPE_CHECKING:
    from lazyartist.reporting.row import Row

NOTHING = "–"
NONE_FOUND = "∞"


def in_paint(rows: Iterable[Row], paint: Paint) -> list[Row]:
    """Return the rows that were measured on images in a paint."""
    return [row for row in rows if row.at.get("paint") == paint]


def size_words(noise: float) -> str:
    """Return one size of noise; infinite is none that was found."""
    return f"{noise:.3f}" if math.isfinite(noise) else NONE_FOUND


def mean_size(v: Values, metric: str, digits: int = 4) -> str:
    """Return the mean over seeds of a size of noise, with its interval."""
    sizes = list(v.get(metric, {}).values())
    if not sizes:
        return NOTHING
    # a median over images that no attack made the target is infinite: then so is the mean
    return with_interval(estimate(sizes), digits) if all(map(math.isfinite, sizes)) else NONE_FOUND


def quartiles(rows: Sequence[Row]) -> str:
    """Return the quartiles of the smallest noise over all images and seeds."""
    sizes = sorted(x for seed in _details(rows, MINIMAL).values() for x in seed if x is not None)
    return "–".join(size_words(sizes[k * len(sizes) // 4]) for k in (1, 3)) if sizes else NOTHING


def times_as_much(reference: Sequence[Row] | None, own: Sequence[Row], metric: str) -> str:
    """Return how many times as much noise the reference takes, in words; see `noise_ratio`."""
    if reference is None or reference is own:
        return NOTHING
    e = noise_ratio(reference, own, metric)
    if e is None:
        return NOTHING
    return Cell(f"{e.mean:.1f}" + ("" if math.isnan(e.low) else f" [{e.low:.1f}, {e.high:.1f}]"), e)


def noise_ratio(reference: Sequence[Row], own: Sequence[Row], metric: str) -> Estimate | None:
    """Return how many times as much noise the reference takes: per seed the median over images, averaged over seeds.

    Images are the same ones for both. None where no seed, or no image, has both, or where a seed's median is infinite
    or 0: no noise made half of its images the target, and that has no mean with the others.
    """
    a, b = _details(reference, metric), _details(own, metric)
    logs = []
    for seed in sorted(a.keys() & b.keys()):
        pairs = [(x, y) for x, y in zip(a[seed], b[seed], strict=True) if x is not None and y]
        ratios = [x / y for x, y in pairs if math.isfinite(x) or math.isfinite(y)]
        if not ratios:
            continue
        if not 0 < (middle := median(ratios)) < math.inf:
            return None
        logs.append(math.log(middle))
    return estimate(logs).map(math.exp) if logs else None


def mean_matrix(rows: Sequence[Row], metric: str) -> list[list[float]]:
    """Return the (classes, classes) mean over seeds of what `metric` says of each pair; NaN where it says nothing."""
    details = [row.detail or [] for row in rows if row.metric == metric]
    classes = range(len(details[0]))
    return [[_average([detail[i][j] for detail in details]) for j in classes] for i in classes]


def _average(numbers: Sequence[float | None]) -> float:
    known = [x for x in numbers if x is not None]
    return sum(known) / len(known) if known else math.nan


def _details(rows: Sequence[Row], metric: str) -> dict[int, list[float | None]]:
    return {row.seed: row.detail for row in rows if row.metric == metric and row.detail}
