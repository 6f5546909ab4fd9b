"""Runs side by side, rows on disk as each run ends, and nothing measured twice."""

from __future__ import annotations

import os
import threading
import time

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from joblib import Parallel, delayed
from joblib.externals.loky.process_executor import BrokenProcessPool
from joblib.parallel import LokyBackend, get_active_backend

from lazyartist.device import current, on_device
from lazyartist.files import locked, need_room
from lazyartist.reporting.records import append_run, read_rows, settle
from lazyartist.reporting.row import Row
from lazyartist.studies import PICTURES
from lazyartist.studies.base import AnyRun, Study
from lazyartist.studies.cluster import are_far, what_happened
from lazyartist.studies.far_work import this_caller, work_far
from lazyartist.studies.work import one_thread as one_thread
from lazyartist.studies.work import registered_by_hand, work
from lazyartist.training.sent import Files, keep_sent
from lazyartist.training.store import Store


if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping


def run_study(
    study: Study[AnyRun],
    records: Path,
    *,
    store: Store | None = None,
    jobs: int = 2,
    fresh: bool = False,
    models: bool = False,
    device: str | torch.device | None = None,
    progress: Callable[[AnyRun, bool], None] = lambda run, measured: None,
) -> list[Row]:
    """Measure the study's runs that the records do not hold yet, and return the rows of all of them, in their order.

    Args:
        study: what to measure.
        records: the folder of `<study>.jsonl`. A run is added as it ends, so that a kill loses at most the runs in
            hand; at the end the file is sorted and an older run of the same experiment gives way.
        store: where trained models are kept.
        jobs: processes, with one torch thread each; joblib's active backend runs them. A cluster, see
            `lazyartist.studies.cluster.connected`, has as many as it has workers, and each has a store of its own.
        fresh: measure everything again.
        models: bring what a cluster's workers trained into `store`, too.
        device: what it runs on, see `lazyartist.device.on_device`; rows of an accelerator have its name as a key.
        progress: called after every run with the run, and whether it was measured or known.

    Raises:
        ValueError: the study has nothing to run, or `jobs` is no positive whole number.
        OSError: the records cannot be written; found before the work.
        RuntimeError: a process was killed, most likely for want of memory.
        ConnectionError: a cluster is gone, or a run ends one of its workers after the other; what was measured is kept.
    """
    if not isinstance(jobs, int) or jobs < 1:
        raise ValueError(f"jobs={jobs!r}: expected a positive whole number of processes")
    with on_device(device):
        runs, store = study.runs(), store or Store()
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
        with closing(_measured(study, {run: digests[run] for run in todo}, store, jobs, models=models)) as measured:
            for run, rows, files in measured:
                if not rows:
                    raise ValueError(f"{study.name}: {run} gave no rows")
                keep_sent(store, files)
                append_run(path, rows)
                progress(run, True)
        place = {digest: number for number, digest in enumerate(digests.values())}
        rows = [row for row in settle(path) if row.origin.run in place]
        return sorted(rows, key=lambda row: place[row.origin.run])  # in the order of the runs, whichever ended first


def _measured(
    study: Study[AnyRun], digests: Mapping[AnyRun, str], store: Store, jobs: int, *, models: bool
) -> Generator[tuple[AnyRun, list[Row], Files]]:
    """Yield runs with their rows as they end, and with models if workers with disks of their own are asked for them."""
    by_hand, far = registered_by_hand(), are_far()
    # joblib's own workers are children of this process; those of a cluster outlive whoever asks them
    ours = isinstance(get_active_backend()[0], LokyBackend)
    watch = {"initializer": _end_with, "initargs": (os.getpid(),)} if ours else {}
    if far:
        caller = this_caller(by_hand)
        calls = (delayed(work_far)(study, run, digest, caller, models=models) for run, digest in digests.items())
        # all at once: a cluster that grows later has something to do
        watch |= {"pre_dispatch": "all", "batch_size": 1}
    else:
        calls = (delayed(work)(study, run, digest, store, by_hand, current()) for run, digest in digests.items())
    try:
        for run, rows, *files in Parallel(min(jobs, len(digests)) or 1, return_as="generator_unordered", **watch)(
            calls
        ):
            yield run, rows, files[0] if files else {}
    except BrokenProcessPool as error:
        raise RuntimeError(
            "a worker process was killed, most likely for want of memory: what was measured is kept, and the same "
            "command goes on from here; fewer processes (--jobs 1) or smaller batches need less"
        ) from error
    except Exception as error:
        if far and (words := what_happened(error)):
            raise ConnectionError(words) from error
        raise


def draw_pictures(study: Study[AnyRun], results: Path, *, store: Store | None = None) -> list[Path]:
    """Draw what rows cannot hold with the study's models, which the store has after `run_study`; return the files."""
    if study.name not in PICTURES:
        return []
    with one_thread():
        return PICTURES[study.name](study, store or Store(), results)


def _end_with(parent: int) -> None:
    """End this process within a second of its parent's end, whatever it is doing: nobody is there to take its rows."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
