"""Tables from several sites, with holes: some obey a law, some are chance, and some betray the target where we look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from numpy.typing import NDArray
from torch import Tensor

from lazyartist.clinic.training import generator_of


Numbers = NDArray[np.float64]

FACTORS, EACH, IDLE = 8, 3, 10  # hidden factors, columns that measure each of them, columns of noise
MEASURED = FACTORS * EACH
COLUMNS = MEASURED + IDLE
LAWFUL = (0, 3, 12)  # high values are hidden, at every site
CHANCE = (6, 9, 15)  # a coin decides, at every site
SPURIOUS = (1, 4, 7, 16, 18, 24, 25, 26, 27, 28)  # the target decides, at the training sites alone
COIN, SPURIOUS_COIN = 0.3, 0.42  # how probable holes are that a coin decides
PULLS = (0.5, 3.0)  # how much spurious holes say of the target: at the site where they say least, and most
RESIDUAL = 0.3  # deviation of the target's logarithm that nothing explains


@dataclass(frozen=True, eq=False)
class Table:
    """Rows of a table.

    Attributes:
        values: (N, D); NaN is a hole.
        target: (N,), positive.
        site: (N,) int64, where each row was taken.
    """

    values: Numbers
    target: Numbers
    site: NDArray[np.int64]

    @property
    def log_target(self) -> Numbers:
        """(N,), what is predicted and scored."""
        log: Numbers = np.log(self.target)
        return log


@dataclass(frozen=True, eq=False)
class World:
    """What is drawn once for all sites, and how far the target decides what is missing at each of them.

    Attributes:
        gain: (24,), what each column that measures something multiplies its factor by.
        side: (34,) of -1 and 1: do spurious holes of a column speak for a low or for a high target?
        pull: (S,), how much they say at each of S training sites.
        error: deviation of a measurement.
    """

    gain: Numbers
    side: Numbers
    pull: Numbers
    error: float

    @classmethod
    def drawn(cls, sites: int, error: float, seed: int) -> World:
        """Draw a world with so many training sites."""
        g = generator_of("tricky table", "world", seed)
        gain = signs(MEASURED, g) * (0.8 + 0.4 * torch.rand(MEASURED, generator=g, dtype=torch.float64))
        low, high = PULLS
        pull = low + (high - low) * torch.rand(sites, generator=g, dtype=torch.float64)
        return cls(gain.cpu().numpy(), signs(COLUMNS, g).cpu().numpy(), pull.cpu().numpy(), error)

    def table(self, sites: Sequence[int], rows: int, *names: object) -> Table:
        """Draw rows without holes: `rows` from each of the sites, by random numbers that depend on `names`."""
        g, n = generator_of("tricky table", "rows", *names), rows * len(sites)
        f, noise, left = (_normal(g, n, wide) for wide in (FACTORS, COLUMNS, 1))
        values = np.concatenate(
            [f.repeat(EACH, 1) * self.gain + self.error * noise[:, :MEASURED], noise[:, MEASURED:]], 1
        )
        log = f[:, 0] + 0.7 * f[:, 1] + 0.6 * f[:, 2] * f[:, 3] + 0.6 * np.abs(f[:, 4]) + 0.8 * (f[:, 5] > 0.5)
        log = log + RESIDUAL * left[:, 0]
        return Table(values, np.exp(log), np.repeat(np.asarray(sites, dtype=np.int64), rows))

    def torn(self, table: Table, *names: object, betrayed: bool) -> Table:
        """Return a table with holes.

        Args:
            table: without holes.
            names: what the random numbers depend on.
            betrayed: do the spurious holes follow the target? A coin decides if not, as at the sites of the test.
        """
        chance = np.zeros_like(table.values)
        for column in LAWFUL:
            chance[:, column] = law(np.sign(self.gain[column]) * table.values[:, column])
        chance[:, CHANCE] = COIN
        chance[:, SPURIOUS] = SPURIOUS_COIN
        if betrayed:
            chance[:, SPURIOUS] = betrayal(table, self.pull, self.side[list(SPURIOUS)])
        g = generator_of("tricky table", "holes", *names)
        holes = torch.rand(chance.shape, generator=g, dtype=torch.float64).cpu().numpy() < chance
        return Table(np.where(holes, np.nan, table.values), table.target, table.site)


def betrayal(table: Table, pull: Numbers, side: Numbers) -> Numbers:
    """Return how probable holes are that follow the target, (N, C).

    Args:
        table: of N rows.
        pull: (S,), how much holes say at each site.
        side: (C,) of -1 and 1: do the holes of a column speak for a low or for a high target?
    """
    log = table.log_target
    drift = pull[table.site] * (log - log.mean()) / log.std()
    chance: Numbers = 1 / (1 + np.exp(0.4 - side * drift[:, None]))
    return chance


def law(values: Numbers) -> Numbers:
    """Return how probable holes are that hide high values, (N,), for values (N,) of deviation 1."""
    chance: Numbers = np.where(values > 0.7, 0.8, 0.05)
    return chance


def signs(n: int, g: torch.Generator) -> Tensor:
    """Draw n numbers, -1 or 1, (n,) float64."""
    return 2.0 * torch.randint(2, (n,), generator=g).double() - 1


def _normal(g: torch.Generator, n: int, wide: int) -> Numbers:
    numbers: Numbers = torch.randn(n, wide, generator=g, dtype=torch.float64).cpu().numpy()
    return numbers
