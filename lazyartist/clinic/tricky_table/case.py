"""The case: which tables there are, what is naive, what is best, and who judges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Literal

import numpy as np

from lazyartist.clinic import CASES
from lazyartist.clinic.base import Admission, Case, Score, WriteUp
from lazyartist.clinic.shelf import Shelf
from lazyartist.clinic.tricky_table.learner import Learner, Predictor
from lazyartist.clinic.tricky_table.own_table import OwnTable, own_table
from lazyartist.clinic.tricky_table.own_world import OwnWorld, own_tables
from lazyartist.clinic.tricky_table.table import Numbers, Table, World
from lazyartist.clinic.tricky_table.treatments import ManyFillings, OneFilling, Recipe
from lazyartist.knobs import knob


TRAINING_SITES, TEST_SITES = range(6), range(6, 9)
SPLITS = 15  # leaves that a small table must have rows for


@dataclass(frozen=True, eq=False)
class Patient:
    """What there is to learn from.

    Attributes:
        train: rows of the training sites, with holes.
        learner: the same for every remedy.
    """

    train: Table
    learner: Learner


@dataclass(frozen=True, eq=False)
class Sealed:
    """What only the judge reads.

    Attributes:
        elsewhere: rows of sites that nobody has seen, with holes.
        here: further rows of the training sites, as a random split would set them aside.
        whole: the tables before there were holes: training, elsewhere, here.
        fair: the training rows, with holes as they are elsewhere.
    """

    elsewhere: Table
    here: Table
    whole: tuple[Table, Table, Table]
    fair: Table


@dataclass(frozen=True, eq=False)
class Seer:
    """The oracle: it learnt from tables without holes, and knows what stood in the holes that it is asked about.

    Attributes:
        predict: from values without holes.
        torn: tables with holes.
        whole: the same tables without.
        fair: what the cure makes of the training rows if their holes are as they are elsewhere.
    """

    predict: Predictor
    torn: tuple[Table, ...]
    whole: tuple[Table, ...]
    fair: Predictor

    def __call__(self, values: Numbers) -> Numbers:
        """Return predictions of the target's logarithm (N,).

        Raises:
            ValueError: these are not the values of a table that it knows.
        """
        for torn, whole in zip(self.torn, self.whole, strict=True):
            if np.array_equal(values, torn.values, equal_nan=True):
                return self.predict(whole.values)
        raise ValueError("the oracle of tricky_table knows what stood in the holes of the judge's tables, of no others")


@CASES.register("tricky_table")
@dataclass(frozen=True)
class TrickyTable(Case[Patient, Sealed, Predictor]):
    """That a value is missing tells the target at the sites of the training data, and nowhere else.

    Attributes:
        table: a table of your own, CSV or Parquet, into which the holes are put; by default one is drawn.
        target: the column of your table with the target, numbers above 0.
        site: the column of your table with the site.
        rows: per site, of tables that are drawn; of your own all are used.
        error: deviation of a measurement, in tables that are drawn; factors have deviation 1.
        trees: of the learner.
        rate: how much of each tree is added.
    """

    name: ClassVar[str] = "tricky_table"
    defect: ClassVar[str] = "what is missing follows the target at the training sites, and a coin at those of the test"
    metric: ClassVar[str] = "RMSE of the target's logarithm at sites that were never seen"
    direction: ClassVar[Literal["higher", "lower"]] = "lower"
    write_up: ClassVar[WriteUp] = WriteUp("flags", 21)
    cure: ClassVar[str] = "stable_flags"
    lesson: ClassVar[str] = (
        "A random split of the training sites praises what is poisoned: there the holes speak as they did in training. "
        "A split by site does not."
    )
    small: ClassVar[Mapping[str, int | float | str]] = MappingProxyType({"rows": 300, "trees": 16, "rate": 0.4})

    table: str = ""
    target: str = "target"
    site: str = "site"
    rows: int = knob(1200, low=100, whole=True)
    error: float = knob(0.25, above=0)
    trees: int = knob(300, low=1, whole=True)
    rate: float = knob(0.05, above=0, high=1)

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("table", "target", "site"):  # a column may be called 3
            object.__setattr__(self, name, str(getattr(self, name)))
        if not self.table and (self.target, self.site) != (type(self).target, type(self).site):
            raise ValueError("target and site are columns of a table of your own: name it too, table=PATH")

    def fingerprint(self) -> str:
        """Return a digest of the user's table; "" where one is drawn."""
        return self._own().fingerprint if self.table else ""

    def draw(self, seed: int, shelf: Shelf) -> Admission[Patient, Sealed]:
        """Draw one world and its tables, or the holes of the user's.

        Raises:
            ValueError: the user's table cannot be used as it is; see `own_table`.
        """
        del shelf
        world: World | OwnWorld
        if self.table:
            own = self._own()
            world, (train, elsewhere, here) = OwnWorld.drawn(own, seed), own_tables(own, seed)
        else:
            world = World.drawn(len(TRAINING_SITES), self.error, seed)
            train = world.table(TRAINING_SITES, self.rows, "train", seed)
            elsewhere = world.table(TEST_SITES, self.rows, "elsewhere", seed)
            here = world.table(TRAINING_SITES, self.rows // 2, "here", seed)
        least = min(Learner.least, max(1, len(train.target) // SPLITS))  # a table may be small
        patient = Patient(world.torn(train, "train", seed, betrayed=True), Learner(self.trees, self.rate, least))
        sealed = Sealed(
            world.torn(elsewhere, "elsewhere", seed, betrayed=False),
            world.torn(here, "here", seed, betrayed=True),
            (train, elsewhere, here),
            world.torn(train, "fair", seed, betrayed=False),
        )
        return Admission(patient, sealed)

    def _own(self) -> OwnTable:
        return own_table(self.table, self.target, self.site)

    def baseline(self, patient: Patient, seed: int) -> Predictor:
        """Fill holes with medians and learn: a median is a value like no other, so trees find the holes."""
        del seed
        return OneFilling.fitted(patient.train, patient.learner)

    def oracle(self, admission: Admission[Patient, Sealed], seed: int) -> Predictor:
        """Learn from tables without holes, and answer for tables without holes."""
        sealed, learner = admission.sealed, admission.patient.learner
        train, *asked = sealed.whole
        fair = ManyFillings.fitted(sealed.fair, learner, Recipe(), seed)
        whole = learner.fit(train.values, train.log_target)
        return Seer(whole, (sealed.elsewhere, sealed.here), tuple(asked), fair)

    def judge(self, treated: Predictor, sealed: Sealed) -> Score:
        """Ask at sites that were never seen; the defective judge asks where a random split would."""
        parts = {}
        if isinstance(treated, Seer):  # the second ceiling: what is lost where holes betray nothing
            parts["the cure, with fair holes"] = rmse(treated.fair, sealed.elsewhere)
        value = rmse(treated, sealed.elsewhere)
        return Score(value, len(sealed.elsewhere.target), MappingProxyType(parts), rmse(treated, sealed.here))


def rmse(predict: Predictor, table: Table) -> float:
    """Return the root of the mean squared error of the target's logarithm.

    Raises:
        ValueError: the predictions are not (N,) finite numbers.
    """
    found = np.asarray(predict(table.values))
    if found.shape != table.target.shape or not np.isfinite(found).all():
        strange = "" if np.isfinite(found).all() else ", some NaN or infinite"
        raise ValueError(
            f"predictions of shape {found.shape}{strange}: expected {table.target.shape} finite numbers, the logarithm "
            "of the target for each row"
        )
    return float(np.sqrt(np.mean((found - table.log_target) ** 2)))
