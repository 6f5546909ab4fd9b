"""Runs side by side, rows on disk as each run ends, and nothing measured twice."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from joblib import Parallel, delayed

from lazyartist.registry import split_options
from lazyartist.reporting.row import Row, append_rows, read_rows, settle
from lazyartist.strategies import STRATEGIES, configured
from lazyartist.studies.base import THREADS, Run, Study
from lazyartist.training.store import Store


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lazyartist.strategies.base import Strategy


def run_study(
    study: Study,
    runs: Sequence[Run],
    records: Path,
    *,
    store: Store | None = None,
    jobs: int = 2,
    fresh: bool = False,
    progress: Callable[[Run, bool], None] = lambda run, measured: None,
) -> list[Row]:
    """Measure the runs that the records do not hold yet, and return the rows of all of them.

    Args:
        study: what to ask.
        runs: what to ask it of.
        records: the folder of `<study>.jsonl`. Rows are appended as each run ends, so that a kill loses at most the
            runs in hand; at the end the file is sorted and an older row of the same thing gives way.
        store: where trained models are kept.
        jobs: processes, with one torch thread each; joblib's active backend runs them.
        fresh: measure everything again.
        progress: called after every run with the run, and whether it was measured or known.
    """
    store = store or Store()
    path = records / f"{study.name}.jsonl"
    digests = {run: study.digest(run) for run in runs}
    known = set() if fresh else {row.run for row in read_rows(path)}
    todo = [run for run in runs if digests[run] not in known]
    for run in runs:
        if run not in todo:
            progress(run, False)
    work = (delayed(_work)(study, run, type(configured(run.strategy)), store) for run in todo)
    for run, rows in Parallel(n_jobs=min(jobs, len(todo)) or 1, return_as="generator_unordered")(work):
        append_rows(path, [replace(row, run=digests[run]) for row in rows])
        progress(run, True)
    return [row for row in settle(path) if row.run in set(digests.values())]


def illustrate_study(study: Study, runs: Sequence[Run], results: Path, *, store: Store | None = None) -> list[Path]:
    """Draw a study's pictures with the models of `runs`, which the store has after `run_study`; return their paths."""
    with _threads(THREADS):
        return study.illustrate(runs, store or Store(), results)


def _work(study: Study, run: Run, strategy: type[Strategy], store: Store) -> tuple[Run, list[Row]]:
    # one that was registered by hand is not known to a fresh process
    STRATEGIES.register(split_options(run.strategy)[0])(strategy)
    with _threads(THREADS):
        return run, study.rows(run, store)


@contextmanager
def _threads(number: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)
