"""Holes filled with what the other columns say, and with as much chance as they leave open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from numpy.typing import NDArray

from lazyartist.clinic.tricky_table.table import Numbers


ROUNDS = 6  # over all columns; a hole is filled from columns that had holes themselves
RIDGE = 1.0  # in rows


@dataclass(frozen=True, eq=False)
class Chain:
    """A line through all other columns for every column with holes: chained equations.

    Source: van Buuren and Groothuis-Oudshoorn 2011, mice.

    Attributes:
        mean: (D,) of what is there.
        columns: those with a line, in the order in which they are filled.
        slopes: (C, D), 0 for the column itself; of values with their means taken away.
        spread: (C,), deviation of what the line leaves over; 0 where nothing is to be added.
    """

    mean: Numbers
    columns: tuple[int, ...]
    slopes: Numbers
    spread: Numbers

    @classmethod
    def fitted(cls, values: Numbers, generator: torch.Generator, *, chance: bool = True) -> Chain:
        """Fit the lines, each to the rows in which its column is there.

        Args:
            values: (N, D) with holes.
            generator: of the chance.
            chance: is a random residual added to what the lines say? Without one, columns that fill each other come to
                determine each other, and the lines are wrong.

        Raises:
            ValueError: a column is all holes.
        """
        holes = np.isnan(values)
        if (empty := np.flatnonzero(holes.all(0))).size:
            raise ValueError(f"column {empty[0]} is missing in every row: leave it out, nothing can fill it")
        columns = tuple(int(column) for column in np.flatnonzero(holes.any(0)))
        mean, wide = np.nanmean(values, 0), values.shape[1]
        slopes, spread = np.zeros((len(columns), wide)), np.zeros(len(columns))
        filled = np.where(holes, 0.0, values - mean)
        for _ in range(ROUNDS):
            for i, column in enumerate(columns):
                there, others = ~holes[:, column], np.arange(wide) != column
                x, y = filled[there][:, others], filled[there, column]
                slopes[i, others] = np.linalg.solve(x.T @ x + RIDGE * np.eye(wide - 1), x.T @ y)
                spread[i] = (y - x @ slopes[i, others]).std() if chance else 0.0
                _fill(filled, holes[:, column], column, slopes[i], spread[i], generator)
        return cls(mean, columns, slopes, spread)

    def fill(self, values: Numbers, generator: torch.Generator) -> Numbers:
        """Return values (N, D) without holes; another time others, by the generator's chance."""
        holes = np.isnan(values)
        filled = np.where(holes, 0.0, values - self.mean)
        for _ in range(ROUNDS):
            for i, column in enumerate(self.columns):
                _fill(filled, holes[:, column], column, self.slopes[i], self.spread[i], generator)
        return np.where(holes, filled + self.mean, values)


def _fill(
    filled: Numbers, rows: NDArray[np.bool_], column: int, slopes: Numbers, spread: float, generator: torch.Generator
) -> None:
    chance = torch.randn(int(rows.sum()), generator=generator, dtype=torch.float64).cpu().numpy()
    filled[rows, column] = filled[rows] @ slopes + spread * chance
