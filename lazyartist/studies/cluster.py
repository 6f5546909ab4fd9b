"""Workers on other machines, by Dask or Ray: how they are reached, and what is said when they cannot be."""

from __future__ import annotations

import importlib
import logging
import re

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from joblib import parallel_config, register_parallel_backend
from joblib.parallel import get_active_backend


ANSWER, FIRST = 10, 30  # seconds to wait for a scheduler's answer, and for its first worker
ADDRESS = re.compile(r"(\w+://)?[^\s/]+:\d+")
FAR = ("DaskTasks", "DaskDistributedBackend", "RayTasks", "RayBackend")  # those whose workers have disks of their own


@contextmanager
def connected(backend: str, scheduler: str | None = None) -> Iterator[int]:
    """Hand the runs of `run_study` to a cluster as long as this is open; yield how many workers it has.

    Args:
        backend: "dask" or "ray".
        scheduler: where it listens: tcp://HOST:8786 for Dask; for Ray HOST:6379 or ray://HOST:10001, and None for one
            that is started here, or is named in `RAY_ADDRESS`.

    Raises:
        ValueError: there is no such backend, its package is not installed, or it needs an address.
        ConnectionError: nobody answers there, or it has no worker.
    """
    if backend not in CLUSTERS:
        raise ValueError(f"backend={backend!r}: expected {' or '.join(CLUSTERS)}")
    with CLUSTERS[backend](scheduler) as workers:
        yield workers


def are_far() -> bool:
    """Have the workers of joblib's active backend disks of their own?"""
    return type(get_active_backend()[0]).__name__ in FAR


def what_happened(error: BaseException) -> str:
    """Return in words what happened to a cluster; "" if the error is none of a cluster's."""
    kinds = {kind.__name__ for kind in type(error).__mro__}
    kept = "what was measured is kept, and the same command goes on from there"
    if "FutureCancelledError" in kinds or "CancelledError" in kinds:
        return f"the connection to the scheduler is lost: {kept}, as soon as there is one again"
    if kinds & {"KilledWorker", "WorkerCrashedError", "NodeDiedError", "OutOfMemoryError"}:
        return (
            f"a run has ended one worker after the other, most likely for want of memory ({error}): {kept}; workers "
            "with more memory, or smaller batches, may do it"
        )
    if isinstance(error, ModuleNotFoundError) or "ModuleNotFoundError" in str(error):
        return f"a worker or the scheduler lacks a module that is here ({error}): install the same there; {kept}"
    return ""


@contextmanager
def _dask(scheduler: str | None) -> Iterator[int]:
    distributed = _needed("distributed", "dask")
    from lazyartist.studies.dask_backend import DaskTasks

    if scheduler is None or not ADDRESS.fullmatch(scheduler):
        raise ValueError(
            f"dask needs the address where `dask scheduler` listens, --scheduler tcp://HOST:8786, got {scheduler!r}"
        )
    with _silent("distributed"):
        try:
            client = distributed.Client(scheduler, timeout=ANSWER, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise ConnectionError(
                f"no Dask scheduler answers at {scheduler} ({error}): start `dask scheduler` there"
            ) from error
        try:
            workers = _dask_workers(client, scheduler)
            register_parallel_backend("lazyartist_dask", DaskTasks)
            with parallel_config("lazyartist_dask", client=client):
                yield workers
        finally:
            client.close(timeout=1)


def _dask_workers(client: Any, scheduler: str) -> int:
    try:
        client.wait_for_workers(1, timeout=FIRST)
    except TimeoutError as error:
        raise ConnectionError(
            f"the Dask scheduler at {scheduler} has no worker: start `dask worker {scheduler} --nthreads 1`"
        ) from error
    threads = {name: worker["nthreads"] for name, worker in client.scheduler_info(n_workers=-1)["workers"].items()}
    if wide := [name for name, number in threads.items() if number != 1]:
        raise ValueError(
            f"the worker {wide[0]} has {threads[wide[0]]} threads, of which one would work, as rows are measured with "
            "one thread in each process: start it with --nthreads 1 --nworkers N"
        )
    return len(threads)


@contextmanager
def _ray(scheduler: str | None) -> Iterator[int]:
    ray = _needed("ray", "ray")
    from lazyartist.studies.ray_backend import RayTasks

    started = not ray.is_initialized()
    try:
        ray.init(scheduler, log_to_driver=False, logging_level="error", ignore_reinit_error=True)
    except (OSError, ValueError, RuntimeError) as error:
        raise ConnectionError(
            f"no Ray cluster answers at {scheduler} ({error}): start `ray start --head` there"
        ) from error
    try:
        register_parallel_backend("lazyartist_ray", RayTasks)
        with parallel_config("lazyartist_ray"):
            yield int(ray.cluster_resources().get("CPU", 0))
    finally:
        if started:
            ray.shutdown()


@contextmanager
def _silent(name: str) -> Iterator[None]:
    """Keep a library from telling the log, with tracebacks, what an error says anyway."""
    own = [each for each in (name, *logging.root.manager.loggerDict) if each == name or each.startswith(f"{name}.")]
    before = {each: logging.getLogger(each).level for each in own}
    try:
        for each in own:
            logging.getLogger(each).setLevel(logging.CRITICAL + 1)
        yield
    finally:
        for each, level in before.items():
            logging.getLogger(each).setLevel(level)


CLUSTERS: dict[str, Callable[[str | None], Any]] = {"dask": _dask, "ray": _ray}


def _needed(module: str, extra: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in (module, "dask"):
            raise
        raise ValueError(f"{extra} is not installed here: pip install 'lazyartist[{extra}]'") from error
