"""What to run for each task of the exercise: a folder is a chapter, with its studies, tables, figures and thresholds.

Studies, tables, criteria and figures are found by name, here and beside the studies of other packages. A study without
a table of its own gets a plain one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from lazyartist.registry import Registry


if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

    from lazyartist.reporting.judged import Judged
    from lazyartist.reporting.row import Row
    from lazyartist.reporting.table import Table
    from lazyartist.studies.base import Study

STUDIES: Registry[type[Study[Any]]] = Registry("study", __name__, variable="STUDIES")
# rows to tables, to what is asked of them, and to a figure; and what rows cannot hold: (study, store, folder) to
# pictures of trained models
TABLES: Registry[Callable[[Sequence[Row]], list[Table]]] = Registry(
    "table", __name__, variable="TABLES", group="lazyartist.tables", beside=__name__
)
CRITERIA: Registry[Callable[[Sequence[Row]], list[Judged]]] = Registry(
    "criterion", __name__, variable="CRITERIA", group="lazyartist.criteria", beside=__name__
)
FIGURES: Registry[Callable[[Sequence[Row]], Figure]] = Registry(
    "figure", __name__, variable="FIGURES", group="lazyartist.figures", beside=__name__
)
PICTURES: Registry[Callable[..., list[Path]]] = Registry(
    "picture", __name__, variable="PICTURES", group="lazyartist.pictures", beside=__name__
)
