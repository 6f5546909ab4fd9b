"""What to run for each task of the exercise: studies turn arguments into runs, and runs into rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazyartist.registry import Registry


if TYPE_CHECKING:
    from lazyartist.studies.base import Study

STUDIES: Registry[type[Study]] = Registry("study", __name__)
