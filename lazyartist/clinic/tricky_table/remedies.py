"""What is done about holes before the learner sees the table, and what is made worse by it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lazyartist.clinic import REMEDIES
from lazyartist.clinic.base import Remedy
from lazyartist.clinic.tricky_table.case import Patient
from lazyartist.clinic.tricky_table.flags import hole_effects
from lazyartist.clinic.tricky_table.learner import Predictor
from lazyartist.clinic.tricky_table.table import Numbers
from lazyartist.clinic.tricky_table.treatments import ManyFillings, OneFilling, Recipe, medians
from lazyartist.knobs import knob


@REMEDIES.register("tricky_table.flags", source="a contestant's write-up of NEOAI 2025, task 1")
@dataclass(frozen=True)
class FlagsForHoles(Remedy[Patient, Predictor]):
    """Medians, a flag per column for what is missing, and no column that hardly correlates with the target.

    Attributes:
        correlation: with the target's logarithm, below which a column or a flag is dropped.
    """

    correlation: float = knob(0.05, low=0, high=1)

    def treat(self, patient: Patient, seed: int) -> Predictor:
        """Fit the learner to filled columns and flags."""
        del seed
        table, filling, holes = patient.train, medians(patient.train.values), np.isnan(patient.train.values)
        columns, flags = (
            tuple(np.flatnonzero(_correlations(x, table.log_target) >= self.correlation).tolist())
            for x in (np.where(holes, filling, table.values), holes.astype(float))
        )
        return OneFilling.fitted(table, patient.learner, filling=filling, columns=columns, flagged=flags)


@REMEDIES.register("tricky_table.native", source="Chen and Guestrin 2016, XGBoost, arXiv:1603.02754")
@dataclass(frozen=True)
class NativeHoles(Remedy[Patient, Predictor]):
    """The trees see the holes as they are, and learn to which side of a split a hole goes."""

    def treat(self, patient: Patient, seed: int) -> Predictor:
        """Fit the learner to the table as it is."""
        del seed
        leave = np.full(patient.train.values.shape[1], np.nan)
        return OneFilling.fitted(patient.train, patient.learner, filling=leave)


@REMEDIES.register("tricky_table.raw_target")
@dataclass(frozen=True)
class RawTarget(Remedy[Patient, Predictor]):
    """Medians, and the target itself is learnt and not its logarithm: a few large ones decide the trees."""

    def treat(self, patient: Patient, seed: int) -> Predictor:
        """Fit the learner to targets as they are."""
        del seed
        return OneFilling.fitted(patient.train, patient.learner, raw=True)


@REMEDIES.register("tricky_table.drop_columns", source="Peters, Bühlmann and Meinshausen 2016, arXiv:1501.01332")
@dataclass(frozen=True)
class DropColumns(Remedy[Patient, Predictor]):
    """Columns whose holes say other things at other sites are dropped whole; the rest has medians and flags.

    Attributes:
        level: of Cochran's test for the same effect at all sites.
    """

    level: float = knob(0.01, above=0, below=1)

    def treat(self, patient: Patient, seed: int) -> Predictor:
        """Fit the learner to the columns that are left."""
        del seed
        effects = hole_effects(patient.train)
        lawful = effects.lawful(self.level)
        bad = set(effects.columns) - set(lawful)
        columns = [column for column in range(patient.train.values.shape[1]) if column not in bad]
        return OneFilling.fitted(patient.train, patient.learner, columns=columns, flagged=lawful)


@REMEDIES.register("tricky_table.stable_flags", source="Peters et al. 2016, arXiv:1501.01332; Rubin 1987")
@dataclass(frozen=True)
class StableFlags(Remedy[Patient, Predictor]):
    """Only flags that say the same at all sites are kept; all holes are filled from the other columns, several times.

    Attributes:
        level: of Cochran's test for the same effect at all sites.
        models: how many are averaged, each of fillings of its own.
        copies: fillings that one model learns from, all at once.
        answers: fillings that every model is asked about.
        chance: 1 where a random residual is added to what fills a hole, 0 where it is left out.
    """

    level: float = knob(Recipe.level, above=0, below=1)
    models: int = knob(Recipe.models, low=1, whole=True)
    copies: int = knob(Recipe.copies, low=1, whole=True)
    answers: int = knob(Recipe.answers, low=1, whole=True)
    chance: int = knob(1, low=0, high=1, whole=True)

    def treat(self, patient: Patient, seed: int) -> Predictor:
        """Fit the learner to fillings of all columns and to the flags that are left."""
        recipe = Recipe(self.level, self.models, self.copies, self.answers, bool(self.chance))
        return ManyFillings.fitted(patient.train, patient.learner, recipe, seed)


def _correlations(x: Numbers, y: Numbers) -> Numbers:
    """Return |Pearson's correlation| of every column (N, D) with y (N,); 0 where a column is the same in all rows."""
    x, y = x - x.mean(0), y - y.mean()
    found: Numbers = np.abs(y @ x) / np.maximum(np.sqrt((x**2).sum(0) * (y @ y)), 1e-12)
    return found
