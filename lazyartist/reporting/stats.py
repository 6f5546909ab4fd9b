"""Means over seeds with their 95 % intervals."""

from __future__ import annotations

import math

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean, stdev


# Student's t, 97.5 % quantile, for 1 to 30 degrees of freedom. A table, because it answers without importing SciPy,
# which takes longer than everything else that `lazyartist gate` does. A test holds it against SciPy.
T = (
    (12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157, 2.228139)
    + (2.200985, 2.178813, 2.160369, 2.144787, 2.131450, 2.119905, 2.109816, 2.100922, 2.093024, 2.085963)
    + (2.079614, 2.073873, 2.068658, 2.063899, 2.059539, 2.055529, 2.051831, 2.048407, 2.045230, 2.042272)
)


@dataclass(frozen=True)
class Estimate:
    """A mean over `n` seeds and the ends of its 95 % interval (Student's t).

    One seed has no interval (NaN), nor have values that are not finite.
    """

    mean: float
    low: float
    high: float
    n: int

    @property
    def half_width(self) -> float:
        """Half the width of the interval."""
        return (self.high - self.low) / 2

    def map(self, function: Callable[[float], float]) -> Estimate:
        """Carry mean and interval through an increasing function, such as `math.exp` after averaging logarithms."""
        return Estimate(function(self.mean), function(self.low), function(self.high), self.n)


def estimate(values: Iterable[float]) -> Estimate:
    """Return mean and 95 % interval of independent values, one per seed.

    Raises:
        ValueError: there are no values.
    """
    x = list(values)
    if not x:
        raise ValueError("no values to average: run the study first")
    mean = fmean(x)
    if len(x) == 1 or not all(map(math.isfinite, x)):
        return Estimate(mean, math.nan, math.nan, len(x))
    half = t_quantile(len(x) - 1) * stdev(x) / math.sqrt(len(x))
    return Estimate(mean, mean - half, mean + half, len(x))


def t_quantile(degrees: int) -> float:
    """Return the 97.5 % quantile of Student's t, to within 1e-4."""
    if degrees <= len(T):
        return T[degrees - 1]
    z = 1.959964  # Abramowitz and Stegun 26.7.5, two terms past the normal quantile
    return z + (z**3 + z) / (4 * degrees) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * degrees**2)


def paired_difference(a: Mapping[int, float], b: Mapping[int, float]) -> Estimate:
    """Return the interval of a − b over the seeds that both have: same data, same first weights, same order."""
    return estimate(a[seed] - b[seed] for seed in _shared(a, b))


def paired_ratio(a: Mapping[int, float], b: Mapping[int, float]) -> Estimate:
    """Return the interval of a / b over shared seeds: the t interval of the logarithm, carried back; both positive."""
    return estimate(math.log(a[seed] / b[seed]) for seed in _shared(a, b)).map(math.exp)


def norm_score(cure: Mapping[int, float], erm: Mapping[int, float], oracle: Mapping[int, float]) -> Estimate:
    """Return 100 × (cure − matched ERM) / (oracle − matched ERM): 0 is no help, 100 reaches the ceiling.

    The score is taken per seed and then averaged. A seed whose ERM is already at the oracle has no score (NaN).
    """
    seeds = sorted(set(_shared(cure, erm)) & set(oracle))
    gaps = ((cure[s] - erm[s], oracle[s] - erm[s]) for s in seeds)
    return estimate(100 * gain / room if room else math.nan for gain, room in gaps)


def _shared(a: Mapping[int, float], b: Mapping[int, float]) -> list[int]:
    seeds = sorted(set(a) & set(b))
    if not seeds:
        raise ValueError(f"no seed in common: {sorted(a)} and {sorted(b)}; run both on the same seeds")
    return seeds
