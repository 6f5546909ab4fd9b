"""How much faster two workers of Dask are than one: twenty runs each, on disks of their own.

    pip install distributed
    pytest bench/test_cluster.py --lazy-results=results

Asserts nothing: speed is measured, not judged. What comes before the first run, a worker's import of torch, is taken
away by a run of each worker that is not timed. Wall-clock time: nothing else may run on the two cores.
"""

from __future__ import annotations

import os
import time

from pathlib import Path

import pytest

from lazyartist.data.sources import data_root
from lazyartist.studies.cluster import connected
from lazyartist.studies.cures.cures import CuresStudy
from lazyartist.studies.runner import run_study
from tests.dask_cluster import DaskCluster

from . import speed_rows
from .turns import DATASET, SMOKE


RUNS, EPOCHS = (2, 0.25) if SMOKE else (20, 0.5)


def test_two_workers_beside_one(tmp_path: Path, lazy_results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setitem(os.environ, "LAZYARTIST_STORE", str(tmp_path / "store"))
    seconds = {number: timed(tmp_path / str(number), number) for number in (1, 2)}
    numbers = {
        "cluster: two workers of Dask / one": seconds[1] / seconds[2],
        "cluster: two workers of Dask, runs per minute": 60 * RUNS / seconds[2],
    }
    if SMOKE:
        assert all(value > 0 for value in numbers.values())
    else:
        speed_rows.keep(lazy_results, numbers, n=RUNS, data="")


def timed(folder: Path, workers: int) -> float:
    """Return the seconds that so many workers take for all runs."""
    folder.mkdir()
    cluster = DaskCluster(folder, workers, data=str(data_root()))
    try:
        there = 0
        while there < workers:
            with connected("dask", cluster.address) as there:
                time.sleep(0.2)
        with connected("dask", cluster.address):
            for number, seeds in enumerate(([1000 + seed for seed in range(2 * workers)], range(RUNS))):
                study = CuresStudy(datasets=DATASET, strategies="erm", seeds=seeds, budget={"epochs": EPOCHS})
                start = time.perf_counter()
                run_study(study, folder / f"records{number}")
        return time.perf_counter() - start
    finally:
        cluster.stop()
