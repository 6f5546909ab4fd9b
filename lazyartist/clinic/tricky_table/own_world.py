"""A table of your own, made tricky: sites are held out, and holes are put where there were none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from numpy.typing import NDArray

from lazyartist.clinic.training import generator_of
from lazyartist.clinic.tricky_table.own_table import OwnTable
from lazyartist.clinic.tricky_table.table import (
    COIN,
    PULLS,
    SPURIOUS_COIN,
    Numbers,
    Table,
    betrayal,
    law,
    signs,
)


ELSEWHERE, HERE = 1 / 3, 1 / 3  # of the sites; of the rows at the others
SPURIOUS, LAWFUL, CHANCE = 0.3, 0.1, 0.1  # of the columns, one at least


@dataclass(frozen=True, eq=False)
class OwnWorld:
    """Which columns of a user's table get which holes. A column of words gets a hole in all of its columns of 0 and 1.

    Attributes:
        column: (D,), which of the C columns of the file each column of values is.
        lawful: columns of the file of which one side is hidden at every site.
        chance: those of which a coin hides values at every site.
        spurious: those of which the target hides values at the training sites, and a coin elsewhere.
        side: (C,) of -1 and 1, the side.
        pull: (S,), how much spurious holes say at each site; 0 at those that are held out.
    """

    column: NDArray[np.int64]
    lawful: tuple[int, ...]
    chance: tuple[int, ...]
    spurious: tuple[int, ...]
    side: Numbers
    pull: Numbers

    @classmethod
    def drawn(cls, own: OwnTable, seed: int) -> OwnWorld:
        """Draw columns for every kind of hole."""
        g, count = generator_of("tricky table", "own world", seed), len(own.columns)
        order = torch.randperm(count, generator=g).tolist()
        spurious, lawful, chance = (max(1, round(share * count)) for share in (SPURIOUS, LAWFUL, CHANCE))
        hidden = tuple(column for column in order if own.numeric[column])[:lawful]
        rest = [column for column in order if column not in hidden]
        home, pull = np.flatnonzero(~held_out(own, seed)), np.zeros(len(own.sites))
        # spread evenly: a few sites that are alike by chance would have no lesson to teach
        pull[home] = np.linspace(*PULLS, len(home))[torch.randperm(len(home), generator=g).cpu().numpy()]
        return cls(
            own.column,
            hidden,
            tuple(rest[spurious : spurious + chance]),
            tuple(rest[:spurious]),
            signs(count, g).cpu().numpy(),
            pull,
        )

    def torn(self, table: Table, *names: object, betrayed: bool) -> Table:
        """Return a table with holes beside those that it has; see `World.torn`."""
        chance = np.zeros((len(table.values), len(self.side)))
        for column in self.lawful:
            chance[:, column] = law(self.side[column] * table.values[:, self.column == column][:, 0])
        chance[:, self.chance] = COIN
        chance[:, self.spurious] = SPURIOUS_COIN
        if betrayed:
            chance[:, self.spurious] = betrayal(table, self.pull, self.side[list(self.spurious)])
        g = generator_of("tricky table", "own holes", *names)
        holes = torch.rand(chance.shape, generator=g, dtype=torch.float64).cpu().numpy() < chance
        return Table(np.where(holes[:, self.column], np.nan, table.values), table.target, table.site)


def held_out(own: OwnTable, seed: int) -> NDArray[np.bool_]:
    """Return which sites the judge keeps to itself, (S,): a third of them, one at least."""
    order = torch.randperm(len(own.sites), generator=generator_of("tricky table", "own sites", seed)).cpu().numpy()
    held: NDArray[np.bool_] = order < max(1, round(ELSEWHERE * len(own.sites)))
    return held


def own_tables(own: OwnTable, seed: int) -> tuple[Table, Table, Table]:
    """Return rows to train on, all rows of a third of the sites, and a third of the rows of the other sites.

    Columns are scaled to mean 0 and deviation 1, and the target to a geometric mean of 1, by the rows to train on.

    Raises:
        ValueError: a column has no value in the rows to train on; names it and the sites.
    """
    g, held = generator_of("tricky table", "own rows", seed), held_out(own, seed)
    away = held[own.site]
    home = np.flatnonzero(~away)[torch.randperm(int((~away).sum()), generator=g).cpu().numpy()]
    cut = round(HERE * len(home))
    parts = np.sort(home[cut:]), np.flatnonzero(away), np.sort(home[:cut])
    train, geometric = own.values[parts[0]], float(np.exp(np.log(own.target[parts[0]]).mean()))
    if (empty := np.flatnonzero(np.isnan(train).all(0))).size:
        sites = ", ".join(name for name, gone in zip(own.sites, held, strict=True) if not gone)
        raise ValueError(
            f"the column {own.columns[own.column[empty[0]]]} has no value in the rows of seed {seed} to train on, from "
            f"the sites {sites}: remove the column"
        )
    mean, spread = np.nanmean(train, 0), np.nanstd(train, 0)
    values = (own.values - mean) / np.where(spread > 0, spread, 1.0)
    train_rows, elsewhere, here = (Table(values[rows], own.target[rows] / geometric, own.site[rows]) for rows in parts)
    return train_rows, elsewhere, here
