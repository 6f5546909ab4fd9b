"""What it says of the target that a value is missing, site by site: is it the same everywhere?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scipy.stats import chi2

from lazyartist.clinic.tricky_table.table import Numbers, Table


@dataclass(frozen=True, eq=False)
class HoleEffects:
    """How much higher the target's logarithm is where a value is missing.

    Attributes:
        columns: (C,), those with holes.
        effect: (C, S), at each site; NaN where a site has fewer than two rows of either kind.
        variance: (C, S), of the effect.
    """

    columns: tuple[int, ...]
    effect: Numbers
    variance: Numbers

    @property
    def pooled(self) -> Numbers:
        """(C,), the mean effect, each site weighted by how well it is known there."""
        weight = np.where(np.isnan(self.effect), 0.0, 1 / self.variance)
        mean: Numbers = (weight * np.nan_to_num(self.effect)).sum(1) / np.maximum(weight.sum(1), 1e-300)
        return mean

    def p_values(self) -> Numbers:
        """Return for each column how probable sites so different are if its effect is the same at all, (C,).

        Source: Cochran 1954, the Q test of homogeneity.
        """
        known = ~np.isnan(self.effect)
        off = np.where(known, (self.effect - self.pooled[:, None]) ** 2 / self.variance, 0.0).sum(1)
        p: Numbers = chi2.sf(off, np.maximum(known.sum(1) - 1, 1))
        return p

    def lawful(self, p: float) -> tuple[int, ...]:
        """Return the columns whose holes say the same at all sites, as far as a test at level `p` can tell."""
        return tuple(c for c, own in zip(self.columns, self.p_values(), strict=True) if own > p)


def hole_effects(table: Table) -> HoleEffects:
    """Return the effect of a missing value on the target's logarithm, per column with holes and per site.

    Raises:
        ValueError: there is one site only, so that nothing can be compared.
    """
    sites = np.unique(table.site)
    if len(sites) < 2:
        raise ValueError(f"the table has {len(sites)} site: expected two or more, whose holes can be compared")
    holes = np.isnan(table.values)
    columns = tuple(int(column) for column in np.flatnonzero(holes.any(0)))
    effect, variance = (np.full((len(columns), len(sites)), np.nan) for _ in range(2))
    for j, site in enumerate(sites):
        own = table.log_target[table.site == site]
        for i, column in enumerate(columns):
            missing = holes[table.site == site, column]
            if min(missing.sum(), (~missing).sum()) > 1:
                gone, there = own[missing], own[~missing]
                effect[i, j] = gone.mean() - there.mean()
                variance[i, j] = max(gone.var(ddof=1) / len(gone) + there.var(ddof=1) / len(there), 1e-12)
    return HoleEffects(columns, effect, variance)
