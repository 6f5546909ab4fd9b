"""The pictures of the clinic: a defect and its cure to look at, one for each case."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lazyartist.clinic import CASE_FIGURES
from lazyartist.clinic.examine import build_case, examine
from lazyartist.reporting.figure import save
from lazyartist.studies import PICTURES


if TYPE_CHECKING:
    from pathlib import Path

    from lazyartist.studies.clinic.clinic import ClinicStudy
    from lazyartist.training.store import Store


@PICTURES.register("clinic")
def clinic_pictures(study: ClinicStudy, store: Store, results: Path) -> list[Path]:
    """Draw every case of the study under its best known remedy, with the first seed; return the files."""
    written = []
    for spec, seed in {run.case: run.seed for run in reversed(study.runs())}.items():
        case = build_case(spec)
        if case.name in CASE_FIGURES:
            path = results / f"clinic_{case.name}.png"
            save(partial(CASE_FIGURES[case.name], examine(case, case.cure, seed, store)), path)
            written.append(path)
    return sorted(written)
