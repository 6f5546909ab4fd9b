"""Runs side by side, rows on disk as each run ends, and nothing measured twice."""

from __future__ import annotations

import os
import threading
import time

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from joblib import Parallel, delayed
from joblib.externals.loky.process_executor import BrokenProcessPool
from joblib.parallel import LokyBackend, get_active_backend

from lazyartist.device import current, on_device
from lazyartist.files import locked, need_room
from lazyartist.registry import Registry
from lazyartist.reporting.records import append_run, read_rows, settle
from lazyartist.reporting.row import Row
from lazyartist.studies import PICTURES
from lazyartist.studies.base import THREADS, AnyRun, Study
from lazyartist.training.store import Store


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


def run_study(
    study: Study[AnyRun],
    records: Path,
    *,
    store: Store | None = None,
    jobs: int = 2,
    fresh: bool = False,
    device: str | torch.device | None = None,
    progress: Callable[[AnyRun, bool], None] = lambda run, measured: None,
) -> list[Row]:
    """Measure the study's runs that the records do not hold yet, and return the rows of all of them, in their order.

    Args:
        study: what to measure.
        records: the folder of `<study>.jsonl`. A run is added as it ends, so that a kill loses at most the runs in
            hand; at the end the file is sorted and an older run of the same experiment gives way.
        store: where trained models are kept.
        jobs: processes, with one torch thread each; joblib's active backend runs them.
        fresh: measure everything again.
        device: what it runs on, see `lazyartist.device.on_device`; rows of an accelerator have its name as a key.
        progress: called after every run with the run, and whether it was measured or known.

    Raises:
        ValueError: the study has nothing to run, or `jobs` is no positive whole number.
        OSError: the records cannot be written; found before the work.
        RuntimeError: a process was killed, most likely for want of memory.
    """
    if not isinstance(jobs, int) or jobs < 1:
        raise ValueError(f"jobs={jobs!r}: expected a positive whole number of processes")
    with on_device(device):
        return _run(study, records, store or Store(), jobs, fresh, progress)


def _run(
    study: Study[AnyRun],
    records: Path,
    store: Store,
    jobs: int,
    fresh: bool,
    progress: Callable[[AnyRun, bool], None],
) -> list[Row]:
    runs = study.runs()
    if not runs:
        raise ValueError(f"{study!r} has nothing to run: expected at least one dataset, network, strategy and seed")
    path = records / f"{study.name}.jsonl"
    need_room(records)  # what cannot be written is found before the work, not after it
    with locked(path), path.open("ab"):
        pass
    digests = {run: study.digest(run) for run in runs}
    known = set() if fresh else {row.origin.run for row in read_rows(path)}
    todo = [run for run in dict.fromkeys(runs) if digests[run] not in known]
    for run in runs:
        if digests[run] in known:
            progress(run, False)
    by_hand = {group: found for group, registry in Registry.every.items() if (found := registry.by_hand())}
    work = (delayed(_work)(study, run, digests[run], store, by_hand, current()) for run in todo)
    # joblib's own workers are children of this process; those of Dask and Ray outlive whoever asks them
    ours = isinstance(get_active_backend()[0], LokyBackend)
    watch = {"initializer": _end_with, "initargs": (os.getpid(),)} if ours else {}
    try:
        for run, rows in Parallel(min(jobs, len(todo)) or 1, return_as="generator_unordered", **watch)(work):
            if not rows:
                raise ValueError(f"{study.name}: {run} gave no rows")
            append_run(path, rows)
            progress(run, True)
    except BrokenProcessPool as error:
        raise RuntimeError(
            "a worker process was killed, most likely for want of memory: what was measured is kept, and the same "
            "command goes on from here; fewer processes (--jobs 1) or smaller batches need less"
        ) from error
    place = {digest: number for number, digest in enumerate(digests.values())}
    rows = [row for row in settle(path) if row.origin.run in place]
    return sorted(rows, key=lambda row: place[row.origin.run])  # in the order of the runs, whichever ended first


def draw_pictures(study: Study[AnyRun], results: Path, *, store: Store | None = None) -> list[Path]:
    """Draw what rows cannot hold with the study's models, which the store has after `run_study`; return the files."""
    if study.name not in PICTURES:
        return []
    with one_thread():
        return PICTURES[study.name](study, store or Store(), results)


def _work(
    study: Study[AnyRun],
    run: AnyRun,
    digest: str,
    store: Store,
    by_hand: Mapping[str, Mapping[str, Any]],
    device: torch.device,
) -> tuple[AnyRun, list[Row]]:
    for group, things in by_hand.items():  # what was registered by hand is not known to a fresh process
        Registry.every[group].adopt(things)
    with one_thread(), on_device(device):
        rows = study.rows(run, store)
    # an accelerator's rows are others: no table mixes them, and none replaces one of the processor's
    where = {} if device.type == "cpu" else {"device": device.type}
    # what was typed by hand has another digest in every process: the run goes by the one that it was asked for by
    return run, [
        replace(row, at={**row.at, **where}, origin=replace(row.origin, run=digest, at={**row.origin.at, **where}))
        for row in rows
    ]


def _end_with(parent: int) -> None:
    """End this process within a second of its parent's end, whatever it is doing: nobody is there to take its rows."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def one_thread() -> Iterator[None]:
    """Run torch with the number of threads that rows are measured with."""
    before = torch.get_num_threads()
    torch.set_num_threads(THREADS)
    try:
        yield
    finally:
        torch.set_num_threads(before)
