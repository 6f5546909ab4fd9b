"""Broken models, one folder per case: data that are drawn from a seed, a defect, remedies, a healthy twin, and a judge.

A case is a frozen dataclass, a `Case`; a remedy is one too, a `Remedy`, and is registered as "case.remedy". Pictures of
cases are functions from an `Examination` to a figure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lazyartist.registry import Registry


if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from lazyartist.clinic.base import Case, Remedy
    from lazyartist.clinic.examine import Examination

CASES: Registry[type[Case[Any, Any, Any]]] = Registry("case", __name__, variable="CASES")
REMEDIES: Registry[type[Remedy[Any, Any]]] = Registry(
    "remedy", __name__, variable="REMEDIES", group="lazyartist.remedies", beside=__name__
)
CASE_FIGURES: Registry[Callable[[Examination], Figure]] = Registry(
    "figure of a case", __name__, variable="CASE_FIGURES", group="lazyartist.case_figures", beside=__name__
)
