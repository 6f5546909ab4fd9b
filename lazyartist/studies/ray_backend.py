"""Joblib on Ray, with rows as they come: Ray's own backend for joblib hands them out only after the last run."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import ray

from joblib.parallel import ParallelBackendBase


RETRIES = 3  # of a run whose worker died; what ends four workers would end the next one too


class RayTasks(ParallelBackendBase):  # type: ignore[misc]
    """Each call is a task of Ray, with a processor of its own; one that loses its worker is done again by another."""

    supports_retrieve_callback = True

    def effective_n_jobs(self, n_jobs: int) -> int:
        """Return the number of the cluster's processors; two where there is one, or joblib would do the work here."""
        return max(2, int(ray.cluster_resources().get("CPU", 1)))

    def submit(self, func: Callable[[], Any], callback: Callable[[Future[Any]], None] | None = None) -> Future[Any]:
        """Start a task."""
        future: Future[Any] = TASK.remote(func).future()
        if callback is not None:
            future.add_done_callback(callback)
        return future

    def retrieve_result_callback(self, out: Future[Any]) -> Any:
        """Return what a task gave, or raise what it raised."""
        try:
            return out.result()
        except ray.exceptions.RayTaskError as error:
            raise error.cause from None if isinstance(error.cause, Exception) else error


def _call(func: Callable[[], Any]) -> Any:
    return func()


TASK = ray.remote(num_cpus=1, max_retries=RETRIES)(_call)
