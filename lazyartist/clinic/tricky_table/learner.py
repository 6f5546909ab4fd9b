"""The one learner of the case: boosted trees; treatments differ in the columns that they hand it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sklearn.ensemble import HistGradientBoostingRegressor

from lazyartist.clinic.tricky_table.table import Numbers


Predictor = Callable[[Numbers], Numbers]
"""Values (N, D) with holes to predictions of the target's logarithm (N,)."""


@dataclass(frozen=True)
class Learner:
    """Boosted trees of at most 31 leaves.

    Attributes:
        trees: how many.
        rate: how much of each tree is added.
        least: rows per leaf, at least.
    """

    trees: int
    rate: float
    least: int = 40

    def fit(self, x: Numbers, y: Numbers, copies: int = 1) -> Predictor:
        """Fit trees to values (N, D) and targets (N,) and return what predicts.

        Args:
            x: the values; NaN goes to whichever side of a split is better.
            y: the targets.
            copies: how often every row is among them: a leaf must hold as many different rows as without copies.
        """
        trees = HistGradientBoostingRegressor(
            max_iter=self.trees,
            learning_rate=self.rate,
            max_leaf_nodes=31,
            min_samples_leaf=self.least * copies,
            early_stopping=False,
        )
        predict: Predictor = trees.fit(x, y).predict
        return predict
