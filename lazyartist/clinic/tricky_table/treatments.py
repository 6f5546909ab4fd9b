"""What comes of a treatment: something that fills a table's holes and asks the learner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lazyartist.clinic.training import generator_of
from lazyartist.clinic.tricky_table.filling import Chain
from lazyartist.clinic.tricky_table.flags import hole_effects
from lazyartist.clinic.tricky_table.learner import Learner, Predictor
from lazyartist.clinic.tricky_table.table import Numbers, Table


LEAST = 1e-3  # below which no target is predicted: there is no logarithm of 0


@dataclass(frozen=True, eq=False)
class OneFilling:
    """Predicts from columns whose holes all hold the same number, or are left.

    Attributes:
        filling: (D,), what goes into the holes; NaN leaves them.
        columns: those that the learner sees.
        flagged: those that have a flag beside them, 1 where a value is missing.
        predict: from columns and flags.
        raw: is the target itself predicted, and not its logarithm?
    """

    filling: Numbers
    columns: Sequence[int]
    flagged: Sequence[int]
    predict: Predictor
    raw: bool

    @classmethod
    def fitted(
        cls,
        table: Table,
        learner: Learner,
        *,
        filling: Numbers | None = None,
        columns: Sequence[int] | None = None,
        flagged: Sequence[int] = (),
        raw: bool = False,
    ) -> OneFilling:
        """Fit the learner to a table; by default medians fill all columns, and there are no flags."""
        filling = medians(table.values) if filling is None else filling
        columns = range(table.values.shape[1]) if columns is None else columns
        x = _beside(np.where(np.isnan(table.values), filling, table.values), columns, table.values, flagged)
        predict = learner.fit(x, table.target if raw else table.log_target)
        return cls(filling, tuple(columns), tuple(flagged), predict, raw)

    def __call__(self, values: Numbers) -> Numbers:
        """Return predictions of the target's logarithm (N,) from values (N, D) with holes."""
        filled = np.where(np.isnan(values), self.filling, values)
        found = self.predict(_beside(filled, self.columns, values, self.flagged))
        return np.log(np.maximum(found, LEAST)) if self.raw else found


@dataclass(frozen=True)
class Recipe:
    """How `ManyFillings` are made.

    Attributes:
        level: flags whose effect differs between sites at this level of Cochran's test are dropped.
        models: how many are averaged, each of fillings of its own.
        copies: fillings that one model learns from, all at once.
        answers: fillings that every model is asked about.
        chance: do fillings differ, by a random residual?
    """

    level: float = 0.01
    models: int = 3
    copies: int = 4
    answers: int = 8
    chance: bool = True


@dataclass(frozen=True, eq=False)
class ManyFillings:
    """Predicts from all columns, their holes filled anew several times, and answers the mean.

    Attributes:
        chain: fills.
        flagged: the columns that have a flag beside them.
        models: each predicts from columns and flags.
        answers: how many fillings each is asked about.
        seed: of their chance.
    """

    chain: Chain
    flagged: Sequence[int]
    models: Sequence[Predictor]
    answers: int
    seed: int

    @classmethod
    def fitted(cls, table: Table, learner: Learner, recipe: Recipe, seed: int) -> ManyFillings:
        """Fit the learner to a table with holes, from several sites."""
        flagged = hole_effects(table).lawful(recipe.level)
        g = generator_of("tricky table", "fillings", seed)
        chain = Chain.fitted(table.values, g, chance=recipe.chance)
        targets = np.tile(table.log_target, recipe.copies)
        models = []
        for _ in range(recipe.models):
            x = [_whole(chain.fill(table.values, g), table.values, flagged) for _ in range(recipe.copies)]
            models.append(learner.fit(np.concatenate(x), targets, recipe.copies))
        return cls(chain, flagged, tuple(models), recipe.answers, seed)

    def __call__(self, values: Numbers) -> Numbers:
        """Return predictions of the target's logarithm (N,) from values (N, D) with holes."""
        g = generator_of("tricky table", "answers", self.seed)
        found = np.zeros(len(values))
        for _ in range(self.answers):
            x = _whole(self.chain.fill(values, g), values, self.flagged)
            found += sum(model(x) for model in self.models)
        return found / (self.answers * len(self.models))


def medians(values: Numbers) -> Numbers:
    """Return the median (D,) of what is there, 0 in a column that is all holes."""
    filled: Numbers = np.nanmedian(np.where(np.isnan(values).all(0), 0.0, values), 0)
    return filled


def _whole(filled: Numbers, values: Numbers, flagged: Sequence[int]) -> Numbers:
    return _beside(filled, range(filled.shape[1]), values, flagged)


def _beside(filled: Numbers, columns: Sequence[int], values: Numbers, flagged: Sequence[int]) -> Numbers:
    """Return columns with flags beside them, (N, columns and flags)."""
    return np.concatenate([filled[:, list(columns)], np.isnan(values[:, list(flagged)])], 1)
