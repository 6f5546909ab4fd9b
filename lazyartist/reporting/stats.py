"""Means over seeds with their 95 % intervals."""

from __future__ import annotations

import math

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean, stdev


@dataclass(frozen=True)
class Estimate:
    """A mean over `n` seeds, the ends of its 95 % interval (Student's t), and the seeds' own values.

    One seed has no interval (NaN), nor have values that are not finite.
    """

    mean: float
    low: float
    high: float
    n: int
    values: tuple[float, ...] = ()

    @property
    def half_width(self) -> float:
        """Half the width of the interval."""
        return (self.high - self.low) / 2

    def map(self, function: Callable[[float], float]) -> Estimate:
        """Carry mean and interval through an increasing function, such as `math.exp` after averaging logarithms."""
        ends = function(self.mean), function(self.low), function(self.high)
        return Estimate(*ends, self.n, tuple(map(function, self.values)))


def estimate(values: Iterable[float], tail: float = 0.025) -> Estimate:
    """Return mean and interval of independent values, one per seed; `tail` is what lies beyond each end.

    Raises:
        ValueError: there are no values.
    """
    x = list(values)
    if not x:
        raise ValueError("no values to average: run the study first")
    mean = fmean(x)
    if len(x) == 1 or not all(map(math.isfinite, x)):
        return Estimate(mean, math.nan, math.nan, len(x), tuple(x))
    half = t_quantile(len(x) - 1, tail) * stdev(x) / math.sqrt(len(x))
    return Estimate(mean, mean - half, mean + half, len(x), tuple(x))


def t_quantile(degrees: int, tail: float = 0.025) -> float:
    """Return the value that Student's t exceeds with probability `tail`, by bisecting its distribution.

    Our own, since importing SciPy takes longer than everything else that `lazyartist gate` does.
    """
    low, high = 0.0, 1e6
    while high - low > 1e-9 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if _t_tail(middle, degrees) > tail else (low, middle)
    return high


def _t_tail(t: float, degrees: int) -> float:
    """P(T > t) for t ≥ 0 and a whole number of degrees: Abramowitz and Stegun 26.7.3 and 26.7.4."""
    angle = math.atan(t / math.sqrt(degrees))
    odd = degrees % 2
    term, total = (math.cos(angle), 0.0) if odd else (1.0, 0.0)
    for i in range(1 + odd, degrees, 2):
        total += term
        term *= math.cos(angle) ** 2 * i / (i + 1)
    inside = 2 / math.pi * (angle + math.sin(angle) * total) if odd else math.sin(angle) * total
    return (1 - inside) / 2


def paired_difference(a: Mapping[int, float], b: Mapping[int, float], tail: float = 0.025) -> Estimate:
    """Return the interval of a − b over the seeds that both have: same data, same first weights, same order."""
    return estimate((a[seed] - b[seed] for seed in _shared(a, b)), tail)


def norm_score(
    value: Mapping[int, float], base: Mapping[int, float], best: Mapping[int, float], direction: str = "higher"
) -> Estimate:
    """Return 100 × (value − base) / (best − base): 0 is no help, 100 reaches the ceiling.

    The score is taken per seed and then averaged. A seed whose best is no better than its base has none (NaN).

    Args:
        value: seed -> what is scored.
        base: seed -> what is 0.
        best: seed -> what is 100.
        direction: which way all three are better, "higher" or "lower".
    """
    seeds = sorted(set(_shared(value, base)) & set(best))
    sign = 1 if direction == "higher" else -1
    gaps = ((value[s] - base[s], best[s] - base[s]) for s in seeds)
    return estimate(100 * gain / room if sign * room > 0 else math.nan for gain, room in gaps)


def single_norm_score(value: float, base: float, best: float, direction: str = "higher") -> float:
    """Return the norm score of one value: 100 × (value − base) / (best − base).

    Raises:
        ValueError: the best is no better than the base, so that a share of the way between them means nothing.
    """
    room = best - base
    if not (room > 0 if direction == "higher" else room < 0):
        raise ValueError(
            f"no norm score between a baseline of {base:g} and a best of {best:g}, where {direction} is better: "
            "expected the best to be better than the baseline"
        )
    return 100 * (value - base) / room


def gap(base: Mapping[int, float], best: Mapping[int, float]) -> Estimate:
    """Return best − base over the seeds that both have, once it is more than noise.

    Raises:
        ValueError: the interval of the gap holds 0: a share of that gap would be a share of noise.
    """
    between = paired_difference(best, base)
    if between.low <= 0 <= between.high:
        raise ValueError(
            f"the gap between baseline and best is {between.mean:g} ± {between.half_width:g} over {between.n} seeds: "
            "it cannot be told from 0, so there is no norm score; run more seeds, or make the case harder"
        )
    return between


def _shared(a: Mapping[int, float], b: Mapping[int, float]) -> list[int]:
    seeds = sorted(set(a) & set(b))
    if not seeds:
        raise ValueError(f"no seed in common: {sorted(a)} and {sorted(b)}; run both on the same seeds")
    return seeds
